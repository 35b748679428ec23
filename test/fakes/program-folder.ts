import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of a test that stands for PATH: its programs are small scripts that write down how they are called. */
export class ProgramFolder {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'programs-'));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** With nothing else on PATH, and no login of the person who runs the tests. */
  get environment(): { readonly PATH: string; readonly DOCKER_CONFIG: string } {
    return { PATH: this.folder, DOCKER_CONFIG: this.folder };
  }

  /** How the programs were called, in order. */
  get calls(): readonly string[] {
    const log = path.join(this.folder, 'calls');
    return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  }

  /** Adds a program; `script` is what its shell does after that, in a folder that keeps what it writes. */
  add(name: string, script = ''): this {
    const kept = path.join(this.folder, 'kept');
    mkdirSync(kept, { recursive: true });
    const file = path.join(this.folder, name);
    writeFileSync(
      file,
      `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${name} $*" >>"${this.folder}/calls"\ncd "${kept}"\n${script}\n`,
    );
    chmodSync(file, 0o755);
    return this;
  }

  /** Writes a file, such as Docker's config.json. */
  write(name: string, content: unknown): this {
    writeFileSync(path.join(this.folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    return this;
  }
}

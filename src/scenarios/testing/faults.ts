import { problemsOf, scenario, workload } from './files.ts';

/** The faults of a scenario with those lines, each as "[what is underlined] its sentence | its hint". */
export function faultsOf(...lines: readonly string[]): readonly string[] {
  return problemsOf(scenario(workload, ...lines))
    .split('\n\n')
    .map((problem) => {
      const [head = '', source = '', underline = '', hint = ''] = problem.split('\n');
      const place = source.slice(underline.indexOf('~'), underline.lastIndexOf('~') + 1);
      return `[${place}] ${head.replace(/^.*? error: /, '')}${hint.replace(/^ +hint: /, ' | ')}`;
    });
}

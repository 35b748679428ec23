import { disks } from './disks.ts';
import type { Fault } from './fault.ts';
import { ofPlatforms } from './platforms.ts';
import { ofServices } from './services.ts';
import { signals } from './signals.ts';

/** All that is done to runs. */
export const faults: readonly Fault[] = [...signals, ...ofServices, ...disks, ...ofPlatforms];

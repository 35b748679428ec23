import { LabError } from '../../src/model/errors.ts';

/** The LabError that a promise must end with. */
export async function failure(promise: Promise<unknown>): Promise<LabError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof LabError) return error;
  throw new Error(`not a LabError: ${String(error)}`);
}

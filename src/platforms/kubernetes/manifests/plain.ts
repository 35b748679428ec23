import type { KubernetesObject } from '@kubernetes/client-node';

/**
 * A class of the client's as a plain object of the same form. Its classes do nothing but say what they hold, and to make
 * instances of them would load all of the client; it takes plain objects, too.
 */
export type Plain<Model> = Model extends Date
  ? Model
  : Model extends object
    ? { [Key in keyof Model]: Plain<Model[Key]> }
    : Model;

/** An object of Kubernetes, of any kind, as it is given to a cluster. */
export type Manifest = Plain<KubernetesObject>;

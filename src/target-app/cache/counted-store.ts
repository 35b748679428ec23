import type { Values } from './store.ts';

/** The same store, with `count` called for every command that goes to it. */
export function countedStore(store: Values, count: () => void): Values {
  return {
    get(...parameters) {
      count();
      return store.get(...parameters);
    },
    set(...parameters) {
      count();
      return store.set(...parameters);
    },
    delete(...parameters) {
      count();
      return store.delete(...parameters);
    },
    lock(...parameters) {
      count();
      return store.lock(...parameters);
    },
    unlock(...parameters) {
      count();
      return store.unlock(...parameters);
    },
  };
}

/** A type of plain data that nobody changes, however deep: what a schema describes is read, and never written to. */
export type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

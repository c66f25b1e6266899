/** A service with one provider; a second provider is an error that names both. Tokens are equal when their names are. */
export interface Token<T> {
  readonly kind: 'one';
  readonly name: string;
  /** Never set: carries T for the compiler. */
  readonly type?: T;
}

/** A service with any number of providers, kept in the order of the config. */
export interface ListToken<T> {
  readonly kind: 'list';
  readonly name: string;
  /** Never set: carries T for the compiler. */
  readonly type?: T;
}

export const defineToken = <T>(name: string): Token<T> => ({ kind: 'one', name });
export const defineListToken = <T>(name: string): ListToken<T> => ({ kind: 'list', name });

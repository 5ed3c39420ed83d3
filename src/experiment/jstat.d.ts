/** The part of jstat that is used; the package has no types. */
declare module 'jstat' {
  /** A CommonJS module: its parts are members of the default. */
  interface JStat {
    readonly studentt: {
      /** Student's t: P(T <= x) with `dof` degrees of freedom. */
      cdf(x: number, dof: number): number;
      /** The x with P(T <= x) = p. */
      inv(p: number, dof: number): number;
    };
  }
  const library: { readonly jStat: JStat };
  export default library;
}

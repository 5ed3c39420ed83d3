/** Types for the parts of jstat in use; the package has none. */
declare module 'jstat' {
  /** A CommonJS module: its members are properties of the default export. */
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

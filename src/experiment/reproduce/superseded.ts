/** Exit code of a process that lost its cell to another one while it was suspended. */
export const supersededExitCode = 75;

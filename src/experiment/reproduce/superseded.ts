/** Exit code of a process whose cell another has taken over while it slept. */
export const supersededExit = 75;

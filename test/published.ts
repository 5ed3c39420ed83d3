/** The built package by its public name, with the types of the sources: a build may be older than they are. */
export const published = <T>(name: string): Promise<T> => import(/* @vite-ignore */ name) as Promise<T>;

/** Splits chunks of text into lines. */
export function lineReader(onLine: (line: string) => void): (piece: string) => void {
  let rest: string[] = [];
  return (piece) => {
    const lines = piece.split('\n');
    // Pieces of a long line are joined only once.
    if (lines.length === 1) {
      rest.push(piece);
      return;
    }
    rest.push(lines[0]!);
    onLine(rest.join(''));
    for (const line of lines.slice(1, -1)) onLine(line);
    rest = [lines.at(-1)!];
  };
}

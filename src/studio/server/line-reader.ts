/** Cuts text that comes in pieces into lines. */
export function lineReader(onLine: (line: string) => void): (piece: string) => void {
  let rest: string[] = [];
  return (piece) => {
    const lines = piece.split('\n');
    // A long line comes in many pieces: they are joined once.
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

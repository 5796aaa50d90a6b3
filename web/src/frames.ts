/** A function that takes text in pieces and gives whole frames: id and data. */
export function frames(give: (id: string, data: string) => void): (text: string) => void {
  let rest = "";
  let id = "";
  let data: string[] = [];
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line) {
        if (id || data.length) give(id, data.join("\n"));
        id = "";
        data = [];
      } else if (line.startsWith("id:")) id = line.slice(3).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
  };
}

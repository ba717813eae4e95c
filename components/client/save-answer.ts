const NAMED = /filename="([^"/\\]+)"/;

/** Hands an answer of the API to the person as a file, named as the server names it. */
export async function saveAnswer(answer: Response, otherwise: string): Promise<void> {
  const name = NAMED.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? otherwise;
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the bytes over when the click returns; some need the address a moment longer.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

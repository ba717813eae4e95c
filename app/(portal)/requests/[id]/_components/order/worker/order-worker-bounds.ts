import { MAX_ARRAY_BYTES } from "./drawing-limits";
import { boundArrays, type WorkerNews } from "./worker-bounds";

// Runs before pdf.js does, in its worker's scope.

const LEFT_OUT: WorkerNews = { sealport: "left-out" };
const tell = (): void => self.postMessage(LEFT_OUT);
/** In the words of pdf.js, which has no other sign of it. */
const TOO_LARGE = /exceeded maximum allowed size/i;

boundArrays(Object.assign(globalThis), MAX_ARRAY_BYTES, tell);

// Warnings are heard and not printed: they would fill the console of whoever opens a broken file.
const hear = (...words: unknown[]): void => {
  if (words.some((word) => typeof word === "string" && TOO_LARGE.test(word))) tell();
};
Object.assign(console, { log: hear, warn: hear });

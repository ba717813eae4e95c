import { MAX_ARRAY_BYTES } from "./drawing-limits";
import { boundArrays, type WorkerNews } from "./worker-bounds";

// Runs before pdf.js does, in its worker's scope.

const LEFT_OUT: WorkerNews = { sealport: "left-out" };
const report = (): void => self.postMessage(LEFT_OUT);
/** The words of pdf.js, which reports it in no other way. */
const TOO_LARGE = /exceeded maximum allowed size/i;

boundArrays(Object.assign(globalThis), MAX_ARRAY_BYTES, report);

// Warnings are read and not printed: a broken file would fill the console.
const hear = (...words: unknown[]): void => {
  if (words.some((word) => typeof word === "string" && TOO_LARGE.test(word))) report();
};
Object.assign(console, { log: hear, warn: hear });

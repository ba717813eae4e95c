// The solver's process: child of a portal, and the only one that loads z3. It exchanges lines of JSON with its parent
// over standard input and output, one question and one answer at a time, and ends when that pipe closes. It ends itself
// when it grows beyond its memory. The parent ends it when it takes too long. Plain JavaScript, so that it starts at once.
import { createRequire } from "node:module";
import os from "node:os";
import process from "node:process";

/** Exit code for "out of memory" (solver.ts). */
const OUT_OF_MEMORY = 70;
const WATCH_MS = 25;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const memoryMb = Number(process.argv[2] ?? "768");
// Answers for people come first.
os.setPriority(process.pid, 10);
setInterval(() => {
  if (process.memoryUsage.rss() > memoryMb * 1024 * 1024) process.exit(OUT_OF_MEMORY);
}, WATCH_MS).unref();

const { init } = createRequire(import.meta.url)("z3-solver");

/** Greedily adds what makes an example easier to read, until the time for it is used. */
async function preferring(run, { preferences, preferMs }) {
  const until = performance.now() + preferMs;
  for (const preference of preferences) {
    if (performance.now() > until) return;
    const answer = await run(`(push 1)\n(assert ${preference})\n(check-sat)\n`);
    if (answer !== "sat") await run("(pop 1)\n");
  }
}

async function answerOf(z3, question) {
  const config = z3.mk_config();
  const context = z3.mk_context(config);
  const run = async (text) => (await z3.eval_smtlib2_string(context, text)).trim();
  try {
    const answer = await run(question.text);
    if (answer !== "sat") return { answer };
    await preferring(run, question);
    await run("(check-sat)\n");
    return { answer, values: await run(`(get-value (${question.symbols.join(" ")}))\n`) };
  } finally {
    z3.del_context(context);
    z3.del_config(config);
  }
}

let starting;
async function solve(line) {
  const question = JSON.parse(line);
  starting ??= init();
  const { Z3 } = await starting;
  Z3.global_param_set("memory_max_size", String(memoryMb));
  process.stdout.write(`${JSON.stringify(await answerOf(Z3, question))}\n`);
}

let heard = "";
let last = Promise.resolve();
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  heard += text;
  if (heard.length > MAX_LINE_BYTES) process.exit(1);
  for (let cut = heard.indexOf("\n"); cut !== -1; cut = heard.indexOf("\n")) {
    const line = heard.slice(0, cut);
    heard = heard.slice(cut + 1);
    last = last
      .then(() => solve(line))
      .catch((error) => {
        process.stderr.write(`${String(error?.message ?? error).slice(0, 300)}\n`);
        process.exit(/memory/i.test(String(error)) ? OUT_OF_MEMORY : 1);
      });
  }
});
process.stdin.on("end", () => process.exit(0));

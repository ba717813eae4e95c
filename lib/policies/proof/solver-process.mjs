// The solver's process: child of a portal, and the only one that loads z3. It exchanges lines of JSON with its parent
// over standard input and output, one question and one answer at a time, and ends when that pipe closes. It ends itself
// when it grows beyond its memory or uses up its processor time. The parent ends it when it waits too long for either. Plain JavaScript, so that it starts at once.
import os from "node:os";
import process from "node:process";
import z3Solver from "z3-solver";

/** Exit codes (solver.ts). */
const OUT_OF_MEMORY = 70;
const OUT_OF_TIME = 71;
const WATCH_MS = 25;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const memoryMb = Number(process.argv[2]);
const cpuMs = Number(process.argv[3]);
/** Processor time at the beginning of the present question; undefined between questions. */
let began;
function usedMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
// Answers for people come first.
os.setPriority(process.pid, 5);
setInterval(() => {
  if (process.memoryUsage.rss() > memoryMb * 1024 * 1024) process.exit(OUT_OF_MEMORY);
  if (began !== undefined && usedMs() - began > cpuMs) process.exit(OUT_OF_TIME);
}, WATCH_MS).unref();

/** Returns a model's values with the answer `sat`; otherwise the answer alone. */
function readModel(said) {
  const cut = said.indexOf("\n");
  const [answer, values] = cut === -1 ? [said, ""] : [said.slice(0, cut), said.slice(cut + 1)];
  return answer === "sat" && values.startsWith("(") && !values.startsWith("(error") ? values : undefined;
}

/**
 * Greedily adds what makes an example easier to read, until the time for it is used, and returns the last model: all at
 * once where that is possible, else one half after the other. Each model is read at once: after later questions the
 * solver may not have it any more.
 */
async function preferred(run, getValues, { preferences, preferMs }, first) {
  // Processor time, as for the question: a busy machine shows the same example.
  const until = usedMs() + preferMs;
  let model = first;
  const add = async (wanted) => {
    if (wanted.length === 0 || usedMs() > until) return;
    const terms = wanted.map((term) => `(assert ${term})`).join("\n");
    const better = readModel(await run(`(push 1)\n${terms}\n(check-sat)\n${getValues}`));
    if (better !== undefined) {
      model = better;
      return;
    }
    await run("(pop 1)\n");
    if (wanted.length === 1) return;
    const half = Math.ceil(wanted.length / 2);
    await add(wanted.slice(0, half));
    await add(wanted.slice(half));
  };
  await add(preferences);
  return model;
}

/**
 * Returns what z3 says to a text. The package's own call keeps the text on the stack of this thread, and z3's thread may
 * read it after that was used again; so the text is in memory of its own until the answer is here.
 */
async function evaluate(em, context, text) {
  const bytes = Buffer.from(`${text}\0`, "utf8");
  const place = em._malloc(bytes.length);
  if (place === 0) throw new Error("out of memory");
  try {
    em.HEAPU8.set(bytes, place);
    const ask = () =>
      em.ccall("async_Z3_eval_smtlib2_string", "void", ["number", "number"], [context, place]);
    return (await em.async_call(ask)).trim();
  } finally {
    em._free(place);
  }
}

async function answerOf({ Z3, em }, question) {
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  const run = (text) => evaluate(em, context, text);
  const getValues = `(get-value (${question.symbols.join(" ")}))\n`;
  try {
    const said = await run(question.text);
    if (said !== "sat") return { answer: said };
    const model = readModel(`sat\n${await run(getValues)}`);
    if (model === undefined) return { answer: "sat without a model" };
    return { answer: "sat", values: await preferred(run, getValues, question, model) };
  } finally {
    Z3.del_context(context);
    Z3.del_config(config);
  }
}

let starting;
async function solve(line) {
  const question = JSON.parse(line);
  starting ??= z3Solver.init();
  const z3 = await starting;
  z3.Z3.global_param_set("memory_max_size", String(memoryMb));
  began = usedMs();
  const answer = await answerOf(z3, question);
  began = undefined;
  process.stdout.write(`${JSON.stringify(answer)}\n`);
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

import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import {
  cancelDryRun,
  downloadProofQuestion,
  getDryRun,
  getReplay,
  startDryRun,
  startReplay,
} from "@/lib/api-client/operations/policy-runs";
import type { DryRunView, ReplayView } from "@/lib/policies/dry-run/schema";
import type { CommandSpec, Cx, Given, OptionSpec } from "../command";
import { EXIT, usage } from "../exit";
import { present } from "./listing";

const LOOK_MS = 1_000;
const EXAMPLE_ID = "01931c2e-0000-7000-8000-000000000000";
const FROM: OptionSpec = {
  name: "from",
  kind: "text",
  value: "TIME",
  help: "Only decisions at or after this time, RFC 3339.",
};
const TO: OptionSpec = {
  name: "to",
  kind: "text",
  value: "TIME",
  help: "Only decisions before this time, RFC 3339.",
};

/** Asks until the run has ended, and shows its progress. */
async function untilEnded<Run extends Pick<DryRunView, "state" | "done" | "total">>(
  cx: Cx,
  ask: () => Promise<Run>,
): Promise<Run> {
  for (;;) {
    const run = await ask();
    if (run.state !== "queued" && run.state !== "running") {
      cx.out.progress(undefined);
      return run;
    }
    cx.out.progress(`${run.state}: ${run.done} of ${run.total === 0 ? "?" : run.total}`);
    await wait(LOOK_MS);
  }
}

/** Returns a dry run in a few lines; `--json` has all of it. */
function linesOf({ id, state, error, result }: z.input<typeof DryRunView>): string[] {
  if (result === null) return [`${id} ${state}${error === null ? "" : `: ${error}`}`];
  const { decisions, proof, base } = result;
  const proved = {
    proved: `proved: no new permission against version ${base}, for the constructs that the encoder covers`,
    counterexample: `not proved: ${proof.counterexample?.sentence ?? ""}`,
    undecided: `not proved: ${proof.why?.detail ?? ""}`,
  };
  return [
    `${id} ${state}`,
    `${result.people_lose} people lose, ${result.people_gain} gain; ${result.grants_narrower} grants are narrower`,
    `${decisions.differ} of ${decisions.total} past decisions differ`,
    proved[proof.outcome],
  ];
}

async function showDryRun(
  cx: Cx,
  number: string,
  id: string,
  isWaiting: boolean,
): Promise<number | undefined> {
  const params = { number, id };
  const ask = () => cx.connect().call(getDryRun, { params });
  const run = isWaiting ? await untilEnded(cx, ask) : await ask();
  await cx.out.document(run, linesOf(run));
  return run.state === "failed" || run.state === "cancelled" ? EXIT.wrong : undefined;
}

async function dryRun(cx: Cx, given: Given): Promise<number | undefined> {
  const number = given.operand("VERSION");
  if (!/^[1-9][0-9]{0,9}$/.test(number)) throw usage(`${number} is not the number of a policy set`);
  const [known, action] = [given.text("id"), given.text("question")];
  if ((given.flag("cancel") || action !== undefined) && known === undefined)
    throw usage("Name the dry run: --id ID");
  if (known !== undefined && given.flag("cancel")) {
    const run = await cx.connect().call(cancelDryRun, { params: { number, id: known }, body: {} });
    await cx.out.document(run, linesOf(run));
    return undefined;
  }
  if (known !== undefined && action !== undefined) {
    const query = { action: action === "request" ? ("request" as const) : ("open" as const) };
    const response = await cx.connect().open(downloadProofQuestion, { params: { number, id: known }, query });
    await cx.out.text(await response.text());
    return undefined;
  }
  const id = known ?? (await cx.connect().call(startDryRun, { params: { number }, body: {} })).id;
  return showDryRun(cx, number, id, given.flag("wait"));
}

function replayLines({ id, state, error, result }: ReplayView): string[] {
  if (result === null) return [`${id} ${state}${error === null ? "" : `: ${error}`}`];
  const { total, same, differ, other_build: other, unreadable, ms } = result;
  return [
    `${id} ${state} in ${(ms / 1_000).toFixed(1)} s`,
    `${total} decisions: ${same} the same, ${differ} differ, ${other} by another build, ${unreadable} unreadable`,
    ...result.differences.map(
      ({ entry_id: entry, at, recorded, replayed }) =>
        `${entry} ${at}: ${recorded.outcome}, now ${replayed.outcome} (${replayed.policies.join(" ")})`,
    ),
  ];
}

async function replay(cx: Cx, given: Given): Promise<number | undefined> {
  const body = present({ from: given.text("from"), to: given.text("to") });
  const { id } = await cx.connect().call(startReplay, { body });
  const run = await untilEnded(cx, () => cx.connect().call(getReplay, { params: { id } }));
  await cx.out.document(run, replayLines(run));
  return run.state !== "done" || (run.result?.differ ?? 0) > 0 ? EXIT.wrong : undefined;
}

export const POLICY_RUN_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["policies", "dry-run"],
    summary:
      "Run a dry run of a policy set: who loses access, who gains access, and the proof that no one gains any.",
    operands: [{ name: "VERSION", help: "The number of the policy set." }],
    options: [
      { name: "wait", kind: "flag", help: "Wait until the dry run has ended." },
      { name: "id", kind: "text", value: "ID", help: "Show this dry run instead of starting a new one." },
      { name: "cancel", kind: "flag", help: "End the dry run that --id names." },
      {
        name: "question",
        kind: "text",
        value: "ACTION",
        help: "Print the question to the solver about this action, as SMT-LIB.",
        choices: ["open", "request"],
      },
    ],
    example: "sealport policies dry-run 15 --wait",
    run: dryRun,
  },
  {
    path: ["policies", "replay"],
    summary:
      "Decide recorded decisions again, each with the policies of its version. It fails if one differs.",
    options: [FROM, TO],
    example: "sealport policies replay --from 2026-11-01T00:00:00Z",
    note: `Each difference is listed and raises an alarm. The portal keeps the result under an id, such as ${EXAMPLE_ID}.`,
    run: replay,
  },
];

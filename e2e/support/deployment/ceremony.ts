import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Deployment } from "./deployment";
import { type Ended, start } from "./users";

const QUESTION = /leave this passkey out\): |Type the word begin to write it: /g;
const CALLED = /^(.+), .+\n {2}role .+\n {2}duties .+\n {2}Call them,/gm;

/** Answers as the custodian's operator does, who types the last group of what the person reads aloud on the telephone. */
function answerTo(text: string, question: string, read: ReadonlyMap<string, string>): string {
  if (question.startsWith("Type the word")) return "begin";
  const name = [...text.matchAll(CALLED)].at(-1)?.[1] ?? "";
  return read.get(name)?.split(" ").at(-1) ?? "";
}

/** Runs `op roster begin` at the custodian, with its operator at the keyboard. `read` has what each person reads aloud. */
export function holdCeremony(
  { variables, program }: Pick<Deployment, "variables" | "program">,
  draft: string,
  read: ReadonlyMap<string, string>,
): Promise<Ended> {
  const ceremony = start("custodian", program.op("roster", "begin", draft), variables.custodian);
  let answered = 0;
  ceremony.child.stdout?.on("data", () => {
    const text = ceremony.output();
    for (const question of [...text.matchAll(QUESTION)].slice(answered)) {
      answered += 1;
      const before = text.slice(0, question.index);
      ceremony.child.stdin?.write(`${answerTo(before, question[0], read)}\n`);
    }
  });
  return ceremony.ended;
}

/** Writes a copy of a draft in which each person has the public key of the next one, as a lying portal could. */
export function withOtherKeys(draft: string): string {
  const content = JSON.parse(readFileSync(draft, "utf8"));
  const { persons } = content.roster;
  const keys = persons.map(
    (one: { credentials: { public_key: string }[] }) => one.credentials[0]?.public_key,
  );
  for (const [at, { credentials }] of persons.entries())
    credentials[0].public_key = keys[(at + 1) % keys.length];
  const changed = path.join(path.dirname(draft), "changed-draft.json");
  writeFileSync(changed, JSON.stringify(content));
  return changed;
}

import { setTimeout as wait } from "node:timers/promises";
import {
  changeKeyState,
  getRotation,
  listKeys,
  registerKey,
  rotateKey,
} from "@/lib/api-client/operations/keys";
import { KeyStateOrder, type KeyView } from "@/lib/keys/schema";
import type { CommandSpec, Cx, Given } from "../command";
import { EXIT, usage } from "../exit";
import { confirm } from "../prompt";
import { LIST_OPTIONS, pageSize, writeList } from "./listing";

const ID = { name: "KEY_ID", help: "The id of a key version." } as const;
const STATES = KeyStateOrder.shape.state.options;
/** What cannot be undone. */
const LASTING = ["compromised", "destroyed"];
const LOOK_MS = 1_000;

/** "participant" may be given again where transactions are made; a key has one. */
function participantOf(given: Given): string {
  const [one, ...others] = given.texts("participant");
  if (one === undefined || others.length > 0) throw usage("exactly one --participant is required");
  return one;
}

async function list(cx: Cx, given: Given): Promise<undefined> {
  const query = {
    limit: pageSize(given),
    ...(given.texts("participant").length === 0 ? {} : { participant_id: participantOf(given) }),
  };
  return writeList(cx, given, cx.connect().pages(listKeys, { query }), [
    { title: "key_id", of: (item: KeyView) => item.key_id },
    { title: "kid", of: (item) => item.kid },
    { title: "state", of: (item) => item.state },
    { title: "custody", of: (item) => item.custody },
    { title: "remaining_wraps", of: (item) => item.remaining_wraps },
    { title: "fingerprint", of: (item) => item.fingerprint },
  ]);
}

async function register(cx: Cx, given: Given): Promise<undefined> {
  const publicKey = given.text("public-key");
  const body = {
    participant_id: participantOf(given),
    ...(publicKey === undefined ? {} : { custody: "client" as const, public_key: publicKey }),
  };
  const made = await cx.connect().call(registerKey, { body });
  await cx.out.document(made);
  if (made.challenge !== undefined)
    cx.out.remark("Its holder answers the challenge before it is active: docs/guides/held-keys.md.");
  return undefined;
}

async function rotate(cx: Cx, given: Given): Promise<number> {
  const connection = cx.connect();
  const mode = given.text("mode") === "reseal" ? "reseal" : "rewrap";
  let view = await connection.call(rotateKey, { params: { id: given.operand("KEY_ID") }, body: { mode } });
  while (given.flag("wait") && view.state === "running") {
    cx.out.progress(`${view.rewrapped} of ${view.total}`);
    await wait(LOOK_MS);
    const seen = await connection.call(getRotation, { params: { id: view.rotation_id } });
    view = { ...view, ...seen };
  }
  cx.out.progress(undefined);
  await cx.out.document({ ...view });
  return view.state === "failed" ? EXIT.wrong : EXIT.done;
}

async function state(cx: Cx, given: Given): Promise<undefined> {
  const found = STATES.find((one) => one === given.operand("STATE"));
  if (found === undefined) throw usage(`STATE is one of ${STATES.join(", ")}`);
  const id = given.operand("KEY_ID");
  const reason = given.need("reason");
  const isAgreed =
    !LASTING.includes(found) ||
    (await confirm(cx.host, given.flag("yes"), `${id} becomes ${found} for good?`));
  if (!isAgreed) throw usage("nothing was changed");
  await cx.out.document(
    await cx.connect().call(changeKeyState, { params: { id }, body: { state: found, reason } }),
  );
  return undefined;
}

export const KEY_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["keys", "list"],
    summary: "List the key versions visible to you.",
    options: [
      { name: "participant", kind: "texts", value: "ID", help: "Only keys of this participant." },
      ...LIST_OPTIONS,
    ],
    example: "sealport keys list --participant client-456",
    run: list,
  },
  {
    path: ["keys", "register"],
    summary:
      "Register a participant's key: a key that the portal manages, or the public key of your client-held key.",
    options: [
      { name: "participant", kind: "texts", value: "ID", help: "The participant that owns the key." },
      {
        name: "public-key",
        kind: "text",
        value: "BASE64URL",
        help: "The X25519 public key, 32 bytes. You keep the private key.",
      },
    ],
    example: "sealport keys register --participant client-456",
    run: register,
  },
  {
    path: ["keys", "rotate"],
    summary: "Rotate a managed key.",
    operands: [ID],
    options: [
      {
        name: "mode",
        kind: "text",
        value: "MODE",
        help: "What happens to sealed data. Default: rewrap.",
        choices: ["rewrap", "reseal"],
      },
      { name: "wait", kind: "flag", help: "Wait until all data is sealed with the new key." },
    ],
    example: "sealport keys rotate 01931c2e-0000-7000-8000-000000000000 --wait",
    run: rotate,
  },
  {
    path: ["keys", "state"],
    summary: "Suspend, resume, report compromised, deactivate or destroy a key version.",
    operands: [ID, { name: "STATE", help: "The new state.", choices: STATES }],
    options: [
      { name: "reason", kind: "text", value: "TEXT", help: "The reason, which is logged." },
      { name: "yes", kind: "flag", help: "Do not ask for confirmation." },
    ],
    example: "sealport keys state 01931c2e-0000-7000-8000-000000000000 suspended --reason 'A phone was lost'",
    run: state,
  },
];

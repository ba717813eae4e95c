import { NewScimToken, ProvisioningChange } from "@/lib/administration/provisioning/schema";
import { groupOfLine } from "@/lib/administration/typed-lines-schema";
import {
  applyProvisioning,
  createScimToken,
  getProvisioning,
  revokeScimToken,
  setProvisioning,
} from "@/lib/api-client/operations/administration/provisioning";
import type { CommandSpec, Cx, Given } from "../command";
import { usage } from "../exit";
import { organisationsByName } from "./organisations";

const ORGANISATION = { name: "ORGANISATION", help: "The organisation's name or id." } as const;
const REASON = {
  name: "reason",
  kind: "text",
  value: "TEXT",
  help: "The reason, which is logged.",
} as const;

async function idOf(cx: Cx, given: Given): Promise<string> {
  const name = given.operand("ORGANISATION");
  return (await organisationsByName(cx)).get(name.toLowerCase()) ?? name;
}

async function show(cx: Cx, given: Given): Promise<undefined> {
  const found = await cx.connect().call(getProvisioning, { params: { id: await idOf(cx, given) } });
  await cx.out.document(found);
  return undefined;
}

async function set(cx: Cx, given: Given): Promise<undefined> {
  const [role, participant] = [given.text("role"), given.text("for")];
  const parsed = ProvisioningChange.safeParse({
    email_domains: [...given.texts("domain")],
    ...(role === undefined ? {} : { role }),
    ...(participant === undefined ? {} : { participant_id: participant }),
    groups: given.texts("group").map(groupOfLine),
    reason: given.need("reason"),
  });
  if (!parsed.success)
    throw usage(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  const input = { params: { id: await idOf(cx, given) }, body: parsed.data };
  const answer = await cx.connect().call(setProvisioning, input);
  await cx.out.document(answer);
  cx.out.remark(`Another administrator agrees: sealport agreements agree ${answer.id}`);
  return undefined;
}

async function token(cx: Cx, given: Given): Promise<undefined> {
  const [days, overlap, replaces] = [
    given.whole("days", 1, 400),
    given.whole("overlap", 0, 24 * 7),
    given.text("replaces"),
  ];
  const body = NewScimToken.parse({
    ...(days === undefined ? {} : { days }),
    ...(overlap === undefined ? {} : { overlap_hours: overlap }),
    ...(replaces === undefined ? {} : { replaces }),
  });
  await cx.out.document(
    await cx.connect().call(createScimToken, { params: { id: await idOf(cx, given) }, body }),
  );
  cx.out.remark("The token is shown once. Enter it in the identity provider.");
  return undefined;
}

async function end(cx: Cx, given: Given): Promise<undefined> {
  const params = { id: await idOf(cx, given), token_id: given.operand("TOKEN") };
  const body = { reason: given.need("reason") };
  await cx.out.document(await cx.connect().call(revokeScimToken, { params, body }));
  return undefined;
}

async function apply(cx: Cx, given: Given): Promise<undefined> {
  const params = { id: await idOf(cx, given) };
  await cx.out.document(await cx.connect().call(applyProvisioning, { params, body: {} }));
  return undefined;
}

export const PROVISIONING_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["provisioning", "show"],
    summary: "Show how an identity provider manages an organisation's people: settings, tokens, last calls.",
    operands: [ORGANISATION],
    example: "sealport provisioning show 'Market Office'",
    run: show,
  },
  {
    path: ["provisioning", "set"],
    summary: "Ask for new settings. Another administrator must agree.",
    operands: [ORGANISATION],
    options: [
      { name: "domain", kind: "texts", value: "DOMAIN", help: "An e-mail domain. Agencies have their own." },
      { name: "role", kind: "text", value: "ROLE", help: "The role of a person who is in no mapped group." },
      { name: "for", kind: "text", value: "PARTICIPANT", help: "The participant of clients and providers." },
      { name: "group", kind: "texts", value: "LINE", help: "NAME; ROLE; DUTIES. Repeat it for more groups." },
      REASON,
    ],
    example:
      "sealport provisioning set 'Market Office' --role regulator --reason 'Uses an identity provider'",
    run: set,
  },
  {
    path: ["provisioning", "token"],
    summary: "Make a token for the identity provider. It is shown once.",
    operands: [ORGANISATION],
    options: [
      { name: "days", kind: "text", value: "DAYS", help: "How many days it works. Default: 180." },
      { name: "replaces", kind: "text", value: "TOKEN", help: "The id of the token that it replaces." },
      {
        name: "overlap",
        kind: "text",
        value: "HOURS",
        help: "How many hours the replaced token still works. Default: 24.",
      },
    ],
    example: "sealport provisioning token 'Market Office' --days 90",
    run: token,
  },
  {
    path: ["provisioning", "end"],
    summary: "End a token at once.",
    operands: [ORGANISATION, { name: "TOKEN", help: "The token's id." }],
    options: [REASON],
    example:
      "sealport provisioning end 'Market Office' 01931c2e-0000-7000-8000-000000000000 --reason 'Leaked'",
    run: end,
  },
  {
    path: ["provisioning", "apply"],
    summary: "Ask for the role and duties that people's groups give, where they differ.",
    operands: [ORGANISATION],
    example: "sealport provisioning apply 'Market Office'",
    run: apply,
  },
];

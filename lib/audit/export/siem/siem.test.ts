import { describe, expect, it } from "vitest";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { ShownEntry } from "../judge-entry";
import { ocsfLine } from "./ocsf";
import { syslogLine } from "./syslog";

const LOG = "sealport.example/log";
const ID = "019af000-0000-7000-8000-000000000001";

interface Made {
  readonly action?: string;
  readonly actor?: string;
  readonly outcome?: string;
  readonly purpose?: string;
  readonly index?: Record<string, string>;
  /** The person's part, where the reader may read it. */
  readonly person?: string;
  /** The org part does not open: only the index row states the facts. */
  readonly isClosed?: boolean;
  readonly astray?: readonly string[];
}

function shown(made: Made = {}): ShownEntry {
  const { action = "request.decide", actor = "p-1", outcome = "done", purpose, index, person } = made;
  const entry: Json = { id: ID, at: "2026-11-29T19:20:54.123456Z", class: "access", outcome, sealed: [] };
  const org: Json = {
    action,
    actor,
    ...(purpose === undefined ? {} : { purpose }),
    ...(index === undefined ? {} : { index }),
  };
  const columns = { action, actor, purpose: purpose ?? null } as Record<string, string | null>;
  const part = {
    c: "x",
    rowKind: "subject",
    kind: "subject",
    text: person,
    partKey: undefined,
    stored: undefined,
  };
  return {
    row: {
      seq: 41,
      entry_id: ID,
      leaf_hash: Buffer.alloc(32, 7),
      bytes: Buffer.from("{}"),
      columns: { text: (name: string) => columns[name] ?? null },
    },
    parts: person === undefined ? [] : [part],
    erased: [],
    keyless: [],
    astray: made.astray ?? [],
    entry,
    orgText: made.isClosed === true ? undefined : JSON.stringify(org),
    org: made.isClosed === true ? undefined : org,
    kinds: ["org", "subject"],
    opened: { isOfLeaf: true },
  } as unknown as ShownEntry;
}

const event = (made?: Made) => JSON.parse(ocsfLine(shown(made), LOG));

/** What OCSF 1.3.0 requires of the class API Activity and of the objects in it. */
function requireApiActivity(one: Record<string, never>): void {
  for (const name of ["activity_id", "category_uid", "class_uid", "severity_id", "time", "type_uid"])
    expect(Number.isInteger(one[name]), name).toBe(true);
  expect([0, 1, 2, 3, 4, 99]).toContain(one.activity_id);
  expect(one.category_uid).toBe(6);
  expect(one.class_uid).toBe(6003);
  expect(one.type_uid).toBe(600_300 + Number(one.activity_id));
  expect([0, 1, 2, 3, 4, 5, 6, 99]).toContain(one.severity_id);
  expect([0, 1, 2, 99]).toContain(one.status_id);
  expect(one).toMatchObject({
    metadata: { version: "1.3.0", product: { name: expect.any(String), vendor_name: expect.any(String) } },
    api: { operation: expect.stringMatching(/./) },
  });
  const has = (object: object, names: string) => names.split(" ").some((name) => name in object);
  expect(has(one.actor, "process user invoked_by session app_name app_uid")).toBe(true);
  expect(
    has(one.src_endpoint, "ip uid name hostname svc_name instance_uid interface_uid interface_name"),
  ).toBe(true);
  if ("user" in one.actor) expect(has((one.actor as { user: object }).user, "name uid account")).toBe(true);
  for (const resource of (one.resources ?? []) as object[]) expect(has(resource, "name uid")).toBe(true);
}

describe("an OCSF event", () => {
  it.each<[string, Made]>([
    ["a decision", { index: { request_id: ID } }],
    ["a refusal", { outcome: "denied" }],
    ["a failure", { outcome: "failed" }],
    ["an intent", { action: "disclosure.open", outcome: "intent" }],
    ["an act of a process", { actor: "system:worker" }],
    ["an entry whose part is not open", { isClosed: true }],
    ["an entry without any index row", { isClosed: true, action: "", actor: "" }],
    ["an entry with the person's part", { person: '{"address":"192.0.2.7","user_agent":"curl/8"}' }],
  ])("has every attribute that its class requires, for %s", (_name, made) => {
    requireApiActivity(event(made));
  });

  it("says what was done, to what, and from where", () => {
    const index = { transaction_id: "t-1", grant_id: "g-1" };
    const person = '{"address":"192.0.2.7","user_agent":"curl/8"}';
    expect(event({ action: "disclosure.open", purpose: "court", index, person })).toMatchObject({
      activity_id: 2,
      actor: { user: { uid: "p-1" } },
      http_request: { user_agent: "curl/8" },
      metadata: { log_name: LOG, sequence: 41, uid: ID },
      resources: [
        { type: "transaction", uid: "t-1" },
        { type: "grant", uid: "g-1" },
      ],
      src_endpoint: { ip: "192.0.2.7" },
      time: Date.parse("2026-11-29T19:20:54.123Z"),
      unmapped: { at: "2026-11-29T19:20:54.123456Z", purpose: "court" },
    });
  });

  it.each([
    ["webhook.create", 1],
    ["request.ask", 1],
    ["audit.export", 2],
    ["request.decide", 3],
    ["grant.revoke", 4],
    ["", 0],
  ])("gives the action %j the activity %i", (action, activity) => {
    expect(event({ action }).activity_id).toBe(activity);
  });

  it("names the values that only an index row states, and no others", () => {
    const one = event({ isClosed: true, purpose: "court" });
    expect(one.unmapped.not_shown_by_the_entry).toEqual(["action", "actor", "purpose"]);
    expect(one.actor).toEqual({ user: { uid: "p-1" } });
    expect(event().unmapped).not.toHaveProperty("not_shown_by_the_entry");
  });
});

const PRINTABLE = "[\\x21-\\x7e]";
const SD_NAME = "[\\x21\\x23-\\x3c\\x3e-\\x5c\\x5e-\\x7e]{1,32}";
const SD_PARAM = `${SD_NAME}="(?:[^"\\\\\\]]|\\\\["\\\\\\]])*"`;
/** RFC 5424, section 6: the whole ABNF of a message with one structured element. */
const MESSAGE = new RegExp(
  `^<(\\d{1,3})>([1-9]\\d{0,2}) (-|\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?:Z|[+-]\\d\\d:\\d\\d)) ` +
    `(-|${PRINTABLE}{1,255}) (-|${PRINTABLE}{1,48}) (-|${PRINTABLE}{1,128}) (-|${PRINTABLE}{1,32}) ` +
    `(\\[${SD_NAME}(?: ${SD_PARAM})*\\]) ([^\\u0000-\\u001f]*)$`,
  "u",
);

function parse(line: string) {
  const match = MESSAGE.exec(line);
  expect(match, line).not.toBeNull();
  const data = match?.[8] ?? "";
  const params = [...data.matchAll(/ ([^ =]+)="((?:[^"\\\]]|\\["\\\]])*)"/g)].map(([, name, value = ""]) => [
    name,
    value.replace(/\\(["\\\]])/g, "$1"),
  ]);
  return { priority: Number(match?.[1]), msgid: match?.[7], params: Object.fromEntries(params) };
}

describe("a syslog message", () => {
  it("follows the grammar of RFC 5424 and says which entry it is", () => {
    const index = { request_id: "r-1" };
    expect(parse(syslogLine(shown({ index }), LOG))).toEqual({
      priority: 13 * 8 + 6,
      msgid: "request.decide",
      params: {
        log: LOG,
        seq: "41",
        id: ID,
        class: "access",
        outcome: "done",
        action: "request.decide",
        actor: "p-1",
        request: "r-1",
        leaf: Buffer.alloc(32, 7).toString("base64url"),
      },
    });
  });

  it.each([
    ["denied", 4],
    ["failed", 3],
    ["intent", 6],
  ])("gives the outcome %s the severity %i", (outcome, severity) => {
    expect(parse(syslogLine(shown({ outcome }), LOG)).priority).toBe(13 * 8 + severity);
  });

  it.each(['a"b', "a\\b", "a]b", '\\"]', "ends with \\", "straße € 😀", '"] [x@1 y="z'])(
    "keeps the value %j within its parameter",
    (purpose) => {
      expect(parse(syslogLine(shown({ purpose }), LOG)).params.purpose).toBe(purpose);
    },
  );

  it("is one line, whatever a value holds", () => {
    const line = syslogLine(shown({ purpose: "a\nb\r\nc\u2028d\u0000", action: "x y\n" }), LOG);
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(parse(line).params.purpose).toBe("a b  c d ");
    expect(parse(line).msgid).toBe("x-y-");
  });

  it("has a dash where a field has no value, and never a longer field than allowed", () => {
    const empty = syslogLine(shown({ isClosed: true, action: "", actor: "" }), "");
    expect(empty).toMatch(/^<110>1 \S+ - sealport log - \[/);
    expect(parse(syslogLine(shown({ action: `a.${"b".repeat(200)}` }), "o".repeat(400))).msgid).toHaveLength(
      32,
    );
  });

  it("has no sealed part, but the labels of missing ones", () => {
    const line = syslogLine(shown({ person: '{"address":"192.0.2.7"}', astray: ["org", "x1"] }), LOG);
    expect(line).not.toContain("192.0.2.7");
    expect(parse(line).params.missing).toBe("org x1");
  });
});

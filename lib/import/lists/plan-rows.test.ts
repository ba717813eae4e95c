import { describe, expect, it } from "vitest";
import { FileFault } from "./file-fault";
import { planParticipants } from "./plan-participants";
import { mailboxOf, planPeople } from "./plan-people";
import { planRows } from "./plan-rows";
import { PARTICIPANT_COLUMNS, PEOPLE_COLUMNS, readRows } from "./read-rows";
import { sayRowFault } from "./row-fault";

const COMPANY = "01936f2a-7c1b-7def-8a10-000000000001";
const OPERATOR = "01936f2a-7c1b-7def-8a10-000000000002";
const ORGANISATIONS = [
  { id: COMPANY, name: "Alder & Finch Ltd", kind: "company", state: "active" as const },
  { id: OPERATOR, name: "Havel Clearing", kind: "operator", state: "active" as const },
  { id: "01936f2a-7c1b-7def-8a10-000000000003", name: "Twin", kind: "company", state: "active" as const },
  { id: "01936f2a-7c1b-7def-8a10-000000000004", name: "twin", kind: "company", state: "active" as const },
  {
    id: "01936f2a-7c1b-7def-8a10-000000000005",
    name: "Gone Ltd",
    kind: "company",
    state: "suspended" as const,
  },
  {
    id: "01936f2a-7c1b-7def-8a10-000000000006",
    name: "Market Office",
    kind: "agency",
    state: "active" as const,
    email_domains: ["market-office.example"],
  },
];
const AT = { id: COMPANY, name: "Alder & Finch Ltd" };
const CLIENT = {
  id: "client-1",
  organisation: AT,
  role: "client",
  kind: "legal" as const,
  state: "active" as const,
  needs_agreement: false,
};
const USED = { ...CLIENT, id: "client-3", needs_agreement: true };
const PARTICIPANTS = [CLIENT, USED, { ...CLIENT, id: "client-2", state: "suspended" as const }];
const PERSON = {
  ...{ email: "Owen@alderfinch.example", organisation: AT, role: "client" as const, duties: [] },
  ...{ participant_id: "client-1", state: "active" as const },
};

const bytes = (text: string) => new TextEncoder().encode(text);

/** What would happen to each line: `create`, `exists` or its faults. */
function participants(text: string): string[] {
  const plan = planParticipants({ organisations: ORGANISATIONS, participants: PARTICIPANTS });
  return planRows(readRows(bytes(text), PARTICIPANT_COLUMNS), plan).map((row) =>
    row.what === "wrong" ? `${row.line}: ${row.faults.map(sayRowFault).join("; ")}` : row.what,
  );
}

function people(lines: string): string[] {
  const plan = planPeople({
    ...{ organisations: ORGANISATIONS, participants: PARTICIPANTS },
    people: [PERSON, { ...PERSON, email: "left@alderfinch.example", state: "left" }],
    waiting: ["waits@operator.example"],
  });
  const rows = readRows(bytes(`name,email,organisation,role,duties,participant\n${lines}`), PEOPLE_COLUMNS);
  return planRows(rows, plan).map((row) =>
    row.what === "wrong"
      ? row.faults.map(sayRowFault).join("; ")
      : `${row.what}${row.what === "create" && row.asks ? " if agreed" : ""}`,
  );
}

describe("a list of participants", () => {
  it("creates what is new, leaves alone what exists, and names each wrong line", () => {
    const text = [
      "id,organisation,role,kind",
      "client-9,alder & finch ltd,Client,",
      "client-1,Alder & Finch Ltd,client,legal",
      "client-1,Alder & Finch Ltd,miner,legal",
      "=1+1,Alder & Finch Ltd,client,",
      "x y,Alder & Finch Ltd,owner,",
      "client-10,Nowhere,client,",
      "client-11,Twin,client,",
      "client-12,Gone Ltd,client,",
      "client-13,Havel Clearing,client,",
      "client-14,,client,",
      "client-15,Alder & Finch Ltd",
    ].join("\n");
    expect(participants(text)).toEqual([
      "create",
      "exists",
      "4: is in line 3 already",
      "5: id begins like a formula",
      expect.stringMatching(/^6: id is not made of letters.*; role must be one of client, miner$/),
      '7: organisation "Nowhere" is unknown',
      '8: two organisations have the name "Twin"; use the id',
      '9: organisation "Gone Ltd" is suspended',
      "10: client does not fit an organisation of the kind operator",
      "11: organisation is missing",
      "12: has 2 cells, and line 1 names 4",
    ]);
    expect(participants("id,organisation,role\nclient-1,Alder & Finch Ltd,miner")).toEqual([
      "2: exists with other facts",
    ]);
  });

  it.each([
    ["empty", ""],
    ["empty", "\uFEFF\n"],
    ["noRows", "id,organisation,role\n"],
    ["otherColumn", "id,organisation,rolle\n"],
    ["otherColumn", "name,email,organisation,role\n"],
    ["columnTwice", "id,id,organisation,role\n"],
    ["noColumn", "id,role\nclient-9,client"],
    ["openQuote", 'id,organisation,role\n"client-9,x,client'],
    ["tooLong", "x".repeat(5 << 20)],
  ])("is refused as a whole where the file is no such list: %s", (code, text) => {
    expect(() => readRows(bytes(text), PARTICIPANT_COLUMNS)).toThrow(
      expect.objectContaining({ name: "FileFault", code }),
    );
  });

  it("has 10,000 lines at most, and a list that was imported changes nothing when it is chosen again", () => {
    const ids = Array.from({ length: 10_000 }, (_, at) => `client-${at}`);
    const lines = ids.map((id) => `${id},${AT.name},client`);
    const rows = readRows(bytes(`id,organisation,role\n${lines.join("\n")}`), PARTICIPANT_COLUMNS);
    const plan = (participants: readonly (typeof CLIENT)[]) => {
      const known = planParticipants({ organisations: ORGANISATIONS, participants });
      return new Set(planRows(rows, known).map(({ what }) => what));
    };
    expect(plan([])).toEqual(new Set(["create"]));
    expect(plan(ids.map((id) => ({ ...CLIENT, id })))).toEqual(new Set(["exists"]));
    const over = bytes(`id,organisation,role\n${[...lines, "client-a,x,client"].join("\n")}`);
    expect(() => readRows(over, PARTICIPANT_COLUMNS)).toThrow(
      expect.objectContaining({
        message: "line 10002 is over the limit: a file has 10000 rows at most",
        remedy: expect.stringContaining("Move that line and the lines after it to a second file"),
      }),
    );
  });

  it("names the line that is not UTF-8", () => {
    const latin = Buffer.from("id,organisation,role\nclient-9,Pr\u00FCfverband,client\n", "latin1");
    const wide = Buffer.from("\uFEFFid,organisation,role\n", "utf16le");
    expect(() => readRows(latin, PARTICIPANT_COLUMNS)).toThrow("line 2 is not UTF-8");
    expect(() => readRows(wide, PARTICIPANT_COLUMNS)).toThrow(FileFault);
  });
});

describe("a list of people", () => {
  it("knows one mailbox in every spelling, and refuses an address of another alphabet", () => {
    expect(
      ["A.B+x@Y.example", "+a@y.example", "\uFF21@y.example", "a++\nb@y.example"].map(mailboxOf),
    ).toEqual(["a.b@y.example", "+a@y.example", "a@y.example", "a@y.example"]);
    expect(
      people(
        [
          "Owen,owen+new@alderfinch.example,Alder & Finch Ltd,client,,client-1",
          "Ines,ines@alderfinch.example,Alder & Finch Ltd,client,,client-1",
          "Ines,INES+2@alderfinch.example,Alder & Finch Ltd,client,,client-1",
          "Ines,in\u0435s@alderfinch.example,Alder & Finch Ltd,client,,client-1",
          "Waits,waits@operator.example,Havel Clearing,coordinator,legal,",
          "Left,left@alderfinch.example,Alder & Finch Ltd,client,,client-1",
        ].join("\n"),
      ),
    ).toEqual([
      "exists",
      "create",
      "is in line 3 already",
      expect.stringMatching(/^email is not an address of plain letters/),
      "exists",
      "is the address of a person who has left",
    ]);
  });

  it("says which lines a second administrator has to agree to", () => {
    expect(
      people(
        [
          "Ines,ines@alderfinch.example,Alder & Finch Ltd,client,,client-1",
          "Omar,omar@alderfinch.example,Alder & Finch Ltd,client,,client-1",
          "Uma,uma@alderfinch.example,Alder & Finch Ltd,client,,client-3",
          "Jonas,jonas@operator.example,Havel Clearing,coordinator,legal,",
        ].join("\n"),
      ),
    ).toEqual(["create", "create if agreed", "create if agreed", "create if agreed"]);
  });

  it("refuses in the dry run what the portal would refuse", () => {
    expect(
      people(
        [
          "Owen,owen@alderfinch.example,Havel Clearing,coordinator,legal,",
          "A,a@operator.example,Havel Clearing,admin,admin legal,",
          "B,b@operator.example,Havel Clearing,coordinator,,",
          "C,c@operator.example,Havel Clearing,coordinator,boss,",
          "D,d@operator.example,Havel Clearing,coordinator,legal,client-1",
          "E,e@alderfinch.example,Alder & Finch Ltd,client,,",
          "F,f@alderfinch.example,Alder & Finch Ltd,client,,client-2",
          "G,g@alderfinch.example,Alder & Finch Ltd,miner,,client-1",
          "H,h@operator.example,Havel Clearing,regulator,,",
          "J,j@market-office.example,Market Office,regulator,,",
          "K,k@sub.market-office.example,Market Office,regulator,,",
          '=HYPERLINK(""x""),i@operator.example,Havel Clearing,coordinator,legal,'.replaceAll('""', "'"),
        ].join("\n"),
      ),
    ).toEqual([
      "exists with other facts",
      "role and duties do not go together",
      "role and duties do not go together",
      expect.stringMatching(/^duties must be one of/),
      "participant is only for clients and providers",
      "participant is missing",
      "participant is not an active participant of this organisation and role",
      "participant is not an active participant of this organisation and role",
      "regulator does not fit an organisation of the kind operator",
      "create if agreed",
      "email is not of a verified domain of the agency",
      "name begins like a formula",
    ]);
  });
});

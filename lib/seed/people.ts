import type { Duty, Role } from "@/lib/vocabulary";

/** One demonstration person: `account` is the participant's name, `handle` the person's. */
export interface DemoPerson {
  readonly account: string;
  readonly handle: string;
  readonly name: string;
  readonly email: string;
  readonly organisation: string;
  readonly role: Role;
  readonly duties: readonly Duty[];
  /** No one has called back yet: the first request waits for a check of the requester's identity. */
  readonly isUnknown?: true;
}

/** A number of every demonstration agency's record: of the block that German numbering keeps for films. */
export const DEMO_CONTACT = "+49 30 23125 000";
export const DEMO_ZONE = "Europe/Berlin";
export const DEMO_JURISDICTION = "EU";

/** In the order in which demo.json lists them. */
export const PEOPLE: readonly DemoPerson[] = [
  {
    account: "client-456",
    handle: "client-456",
    name: "Carla Brandt",
    email: "carla@nordlicht.example",
    organisation: "client-456",
    role: "client",
    duties: [],
  },
  {
    account: "client-123",
    handle: "client-123",
    name: "Owen Finch",
    email: "owen@alderfinch.example",
    organisation: "client-123",
    role: "client",
    duties: [],
  },
  {
    account: "miner-789",
    handle: "miner-789",
    name: "Mara Keller",
    email: "mara@basalt.example",
    organisation: "miner-789",
    role: "miner",
    duties: [],
  },
  {
    account: "miner-456",
    handle: "miner-456",
    name: "Tomas Novak",
    email: "tomas@quarzwerk.example",
    organisation: "miner-456",
    role: "miner",
    duties: [],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:approve",
    name: "Ines Vogel",
    email: "ines@operator.example",
    organisation: "operator",
    role: "coordinator",
    duties: ["approve"],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:approve-2",
    name: "Jonas Weber",
    email: "jonas@operator.example",
    organisation: "operator",
    role: "coordinator",
    duties: ["approve"],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:legal",
    name: "Lena Hartmann",
    email: "lena@operator.example",
    organisation: "operator",
    role: "coordinator",
    duties: ["legal"],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:support",
    name: "Sami Aydin",
    email: "sami@elbedesk.example",
    organisation: "support",
    role: "coordinator",
    duties: ["support"],
  },
  {
    account: "auditor-001",
    handle: "auditor-001",
    name: "Anke Lorenz",
    email: "anke@pruefverband.example",
    organisation: "auditor-001",
    role: "auditor",
    duties: [],
  },
  {
    account: "auditor-002",
    handle: "auditor-002",
    name: "Bernd Huber",
    email: "bernd@revision.example",
    organisation: "auditor-002",
    role: "auditor",
    duties: [],
  },
  {
    account: "regulator-001",
    handle: "regulator-001",
    name: "Ruth Adler",
    email: "ruth@authority.example",
    organisation: "regulator-001",
    role: "regulator",
    duties: [],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:compliance",
    name: "Marta Lindqvist",
    email: "marta@operator.example",
    organisation: "operator",
    role: "coordinator",
    duties: ["compliance"],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:privacy",
    name: "Paul Okafor",
    email: "paul@operator.example",
    organisation: "operator",
    role: "coordinator",
    duties: ["privacy"],
  },
  // Two, because re-wrapping the data of a compromised key needs a second person.
  {
    account: "coordinator-001",
    handle: "coordinator-001:admin",
    name: "Greta Sommer",
    email: "greta@operator.example",
    organisation: "operator",
    role: "admin",
    duties: ["admin"],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:admin-2",
    name: "Nils Aalto",
    email: "nils@operator.example",
    organisation: "operator",
    role: "admin",
    duties: ["admin"],
  },
  // Two, because an executive release needs two signatures.
  {
    account: "coordinator-001",
    handle: "coordinator-001:executive",
    name: "Henrike Storm",
    email: "henrike@harbourtrust.example",
    organisation: "board",
    role: "coordinator",
    duties: ["executive"],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:executive-2",
    name: "Arne Falk",
    email: "arne@harbourtrust.example",
    organisation: "board",
    role: "coordinator",
    duties: ["executive"],
  },
  {
    account: "coordinator-001",
    handle: "coordinator-001:break-glass",
    name: "Yara Demir",
    email: "yara@operator.example",
    organisation: "operator",
    role: "coordinator",
    duties: ["break-glass"],
  },
  // A colleague of the regulator, co-viewer where they are named, and not yet called back by a reviewer.
  {
    account: "regulator-002",
    handle: "regulator-002",
    name: "Karl Voss",
    email: "karl@authority.example",
    organisation: "regulator-001",
    role: "regulator",
    duties: [],
    isUnknown: true,
  },
];

/** The authority whose signed orders the demonstration takes; its private key is in a file next to demo.json. */
export const DEMO_AUTHORITY = {
  issuer: "Settlement Markets Authority",
  jurisdiction: "DE",
  kid: "settlement-markets-authority-1",
} as const;

/** Participants whose keys the portal manages. */
export const WITH_KEYS: readonly string[] = ["client-456", "client-123", "miner-789", "miner-456"];

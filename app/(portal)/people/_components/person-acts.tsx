"use client";

import { useTranslations } from "next-intl";
import { Acts, act, type RowAct } from "@/components/act/act-button";
import { CallRefused, target } from "@/components/client/api";
import { SignInLink } from "@/components/domain/sign-in-link";
import type { PersonDetail } from "@/lib/administration/people/schema";
import type { nameAccessReviewer } from "@/lib/api-client/operations/administration/access-reviews";
import type {
  leavePerson,
  renamePerson,
  resendInvitation,
  resetPerson,
  resumePerson,
  signOutPerson,
  suspendPerson,
  withdrawInvitation,
} from "@/lib/api-client/operations/administration/people";
import { ChangeDuties } from "./change-duties";

const SUSPEND = target<typeof suspendPerson>("POST", "/confidential/admin/users/{id}/suspend");
const LEAVE = target<typeof leavePerson>("POST", "/confidential/admin/users/{id}/leave");
const RESUME = target<typeof resumePerson>("POST", "/confidential/admin/users/{id}/resume");
const RESET = target<typeof resetPerson>("POST", "/confidential/admin/users/{id}/reset");
const RENAME = target<typeof renamePerson>("POST", "/confidential/admin/users/{id}/rename");
const SIGN_OUT = target<typeof signOutPerson>("POST", "/confidential/admin/users/{id}/sign-out");
const REVIEWER = target<typeof nameAccessReviewer>(
  "PUT",
  "/confidential/admin/organisations/{id}/access-reviewer",
);
const RESEND = target<typeof resendInvitation>("POST", "/confidential/admin/invitations/{id}/resend");
const WITHDRAW = target<typeof withdrawInvitation>("POST", "/confidential/admin/invitations/{id}/withdraw");

/**
 * Returns a function that explains two refusals: of the last administrator, and of an act that already waits for
 * agreement.
 */
function useExplain() {
  const t = useTranslations("administration.person.acts");
  return (failure: unknown) => {
    const code = failure instanceof CallRefused ? failure.problem.code : undefined;
    if (code === "person.last-administrator") return <p className="mt-2 text-control">{t("last")}</p>;
    if (code === "agreement.open") return <p className="mt-2 text-control">{t("openAlready")}</p>;
    return undefined;
  };
}

/** Returns the texts and fields that all acts on one person share. */
function useCommon({ id, name }: PersonDetail) {
  const t = useTranslations("administration.person.acts");
  const explain = useExplain();
  const reason = { kind: "reason", label: t("reason"), missing: t("reasonMissing") } as const;
  const common = (
    key: "suspend" | "resume" | "leave" | "stay" | "reset" | "rename" | "signOut" | "resend" | "withdraw",
  ) => ({
    params: { id },
    label: t(`${key}.label`),
    title: t(`${key}.title`, { name }),
    text: t(`${key}.text`, { name }),
    yes: t(`${key}.yes`),
    failed: t("failed"),
    explain,
  });
  return { t, common, reason };
}

function useEnding(person: PersonDetail) {
  const { t, common, reason } = useCommon(person);
  const suspend = act<typeof suspendPerson, "reason">("suspend", {
    ...common("suspend"),
    call: SUSPEND,
    fields: { reason },
    body: ({ reason: why }) => ({ reason: why }),
    danger: true,
  });
  const leave = act<typeof leavePerson, "reason" | "on">("leave", {
    ...common("leave"),
    call: LEAVE,
    fields: { reason, on: { kind: "date", label: t("on"), help: t("onHelp"), isOptional: true } },
    body: ({ reason: why, on }) => ({ reason: why, ...(on === "" ? {} : { on }) }),
    danger: true,
  });
  const stay = act<typeof leavePerson, "reason">("stay", {
    ...common("stay"),
    call: LEAVE,
    fields: { reason },
    body: ({ reason: why }) => ({ reason: why, on: null }),
  });
  const withdraw = act<typeof withdrawInvitation, "reason">("withdraw", {
    ...common("withdraw"),
    call: WITHDRAW,
    fields: { reason },
    body: ({ reason: why }) => ({ reason: why }),
    danger: true,
  });
  return { suspend, leave: person.leaves_on === null ? [leave] : [stay, leave], withdraw };
}

function useAsking(person: PersonDetail) {
  const { common, reason } = useCommon(person);
  const resume = act<typeof resumePerson, "reason">("resume", {
    ...common("resume"),
    call: RESUME,
    fields: { reason },
    body: ({ reason: why }) => ({ reason: why }),
    leadsTo: ({ id }) => `/agreements/${id}`,
  });
  const reset = act<typeof resetPerson, "reason">("reset", {
    ...common("reset"),
    call: RESET,
    fields: { reason },
    body: ({ reason: why }) => ({ reason: why }),
    leadsTo: ({ id }) => `/agreements/${id}`,
  });
  return { resume, reset: useOfficerReset(person) ?? reset };
}

/**
 * Returns the reset of an agency's officer, which needs a call to two contacts of the agency. Undefined for other
 * people.
 */
function useOfficerReset(person: PersonDetail): RowAct | undefined {
  const { t, common, reason } = useCommon(person);
  const { agency } = person;
  if (agency === null) return undefined;
  const contacts = agency.contacts.map(({ name, email }) => ({ value: email, label: `${name}; ${email}` }));
  const numbers = agency.numbers.map((number) => ({ value: number, label: number }));
  const contact = (key: "first" | "second") =>
    ({ kind: "menu", label: t(`officer.${key}`), options: contacts, missing: t("officer.missing") }) as const;
  return act<typeof resetPerson, "first" | "second" | "number" | "note" | "reason">("reset", {
    ...common("reset"),
    text: t("officer.text", { name: person.name }),
    call: RESET,
    fields: {
      first: contact("first"),
      second: contact("second"),
      number: { kind: "menu", label: t("officer.number"), options: numbers, missing: t("officer.missing") },
      note: { kind: "reason", label: t("officer.note"), missing: t("officer.missing") },
      reason,
    },
    body: ({ first, second, number, note, reason: why }) => ({
      reason: why,
      call: { contacts: [first, second], number, note },
    }),
    leadsTo: ({ id }) => `/agreements/${id}`,
  });
}

/** Returns the act that makes this person the access reviewer of their organisation, or that ends this role. */
function useReviewer({ id, name, organisation, is_access_reviewer: isReviewer }: PersonDetail) {
  const t = useTranslations("administration.person.acts");
  const key = isReviewer ? "endReviewer" : "reviewer";
  return act<typeof nameAccessReviewer>(key, {
    call: REVIEWER,
    params: { id: organisation.id },
    label: t(`${key}.label`),
    title: t(`${key}.title`, { name }),
    text: t(`${key}.text`, { name }),
    yes: t(`${key}.yes`),
    failed: t("failed"),
    body: () => ({ user_id: isReviewer ? null : id }),
  });
}

function useSmall(person: PersonDetail) {
  const { t, common } = useCommon(person);
  const rename = act<typeof renamePerson, "name">("rename", {
    ...common("rename"),
    call: RENAME,
    fields: {
      name: { kind: "line", label: t("name"), missing: t("nameMissing"), maxLength: 120 },
    },
    body: ({ name }) => ({ name }),
  });
  const signOut = act<typeof signOutPerson>("signOut", {
    ...common("signOut"),
    call: SIGN_OUT,
    body: () => ({}),
  });
  const resend = act<typeof resendInvitation>("resend", {
    ...common("resend"),
    call: RESEND,
    body: () => ({}),
    done: ({ invitation }, close) => <SignInLink invitation={invitation} name={person.name} onDone={close} />,
  });
  return { rename, signOut, resend };
}

/** What an administrator can do with this person in their present state. */
export function PersonActs({ person }: { person: PersonDetail }) {
  const { suspend, leave, withdraw } = useEnding(person);
  const { resume, reset } = useAsking(person);
  const { rename, signOut, resend } = useSmall(person);
  const reviewer = useReviewer(person);
  const isParty = person.role === "client" || person.role === "miner";
  const naming = isParty ? [] : [reviewer];
  const BY_STATE: Readonly<Record<PersonDetail["state"], readonly RowAct[]>> = {
    active: [rename, ...naming, signOut, reset],
    invited: [rename, resend],
    suspended: [rename, resume],
    left: [resume],
  };
  const ENDING: Readonly<Record<PersonDetail["state"], readonly RowAct[]>> = {
    active: [...leave, suspend],
    invited: [withdraw, suspend],
    suspended: leave,
    left: [],
  };
  const ending = ENDING[person.state];
  return (
    <>
      {person.state === "active" || person.state === "invited" ? <ChangeDuties person={person} /> : null}
      <Acts acts={BY_STATE[person.state]} />
      {/* The acts that end something stay together where the row wraps. Without one, no box takes a place in the row. */}
      <div className={ending.length === 0 ? "contents" : "flex flex-wrap gap-2"}>
        <Acts acts={ending} />
      </div>
    </>
  );
}

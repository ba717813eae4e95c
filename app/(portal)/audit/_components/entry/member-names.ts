import audit from "@/components/messages/en/audit.json";

// The labels themselves say which members have one, so there is no second list of them. Pages of the log are made on the
// server: the browser is not sent this file.

/** A member of an entry's parts that has a label in `audit.members`. */
export type EntryMember = keyof typeof audit.members;

function isLabelled(name: string): name is EntryMember {
  return Object.hasOwn(audit.members, name);
}

/**
 * Returns the message key of a member's label; undefined for a member that this version does not write. Such a member is
 * shown by the name that the entry has.
 */
export function memberKey(name: string): EntryMember | undefined {
  return isLabelled(name) ? name : undefined;
}

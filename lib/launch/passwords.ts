import "server-only";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { z } from "zod";
import { LOGIN_ROLE_NAMES, LOGIN_ROLES, type LoginPasswords, type LoginRole } from "@/lib/db/bootstrap-roles";
import type { InstanceFolders } from "@/lib/launch/folders";
import { readStateFile, writeStateFile } from "@/lib/launch/state-file";

const PasswordFile = z.record(z.string(), z.string());

/** Login passwords, each kept in the key folder of the one process that uses it; missing ones are drawn. */
export async function loadPasswords(folders: InstanceFolders): Promise<LoginPasswords> {
  const files = new Map<string, Record<string, string>>();
  const changed = new Set<string>();
  const passwordOf = async (role: LoginRole): Promise<string> => {
    const file = path.join(folders.keyDir(LOGIN_ROLES[role].process), "database.json");
    const known = files.get(file) ?? (await readStateFile(file, PasswordFile)) ?? {};
    files.set(file, known);
    const password = known[role];
    if (password !== undefined) return password;
    changed.add(file);
    const drawn = randomBytes(24).toString("base64url");
    known[role] = drawn;
    return drawn;
  };
  const drawn: Partial<Record<LoginRole, string>> = {};
  for (const role of LOGIN_ROLE_NAMES) drawn[role] = await passwordOf(role);
  for (const file of changed) writeStateFile(file, files.get(file));
  return complete(drawn);
}

function complete(drawn: Partial<Record<LoginRole, string>>): LoginPasswords {
  if (!isComplete(drawn)) throw new TypeError("a login role has no password");
  return drawn;
}

function isComplete(drawn: Partial<Record<LoginRole, string>>): drawn is Record<LoginRole, string> {
  return LOGIN_ROLE_NAMES.every((role) => drawn[role] !== undefined);
}

import "server-only";
import { spawnSync } from "node:child_process";
import { StartError } from "@/lib/db/embedded/start-error";

/** The system user that runs PostgreSQL. `isOther`: we are root, and PostgreSQL refuses to run as root. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
  readonly isOther: boolean;
}

const TOOL_PATHS = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
  NODE_ENV: "production",
} as const;

function idOf(flag: "-u" | "-g", user: string): number | undefined {
  const result = spawnSync("id", [flag, user], { encoding: "utf8", env: TOOL_PATHS });
  return result.status === 0 ? Number(result.stdout.trim()) : undefined;
}

function lookUp(user: string): ServerAccount | undefined {
  const uid = idOf("-u", user);
  const gid = idOf("-g", user);
  return uid === undefined || gid === undefined ? undefined : { uid, gid, isOther: true };
}

function createPostgresUser(): ServerAccount | undefined {
  spawnSync(
    "useradd",
    ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"],
    {
      env: TOOL_PATHS,
    },
  );
  return lookUp("postgres");
}

/** Returns the current user, or as root the system user `postgres`, which is made when it is missing. */
export function findServerAccount(): ServerAccount {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined) {
    throw new StartError(
      "The embedded PostgreSQL runs on Linux and macOS only. Set DATABASE_URL and DATABASE_ADMIN_URL.",
    );
  }
  if (uid !== 0) return { uid, gid, isOther: false };
  const account = lookUp("postgres") ?? createPostgresUser();
  if (account === undefined) {
    throw new StartError(
      "PostgreSQL does not run as root and the system user postgres could not be made. Run: useradd --system postgres",
    );
  }
  return account;
}

/** Whether the account may enter this folder, all folders above it included. */
export function canEnter(account: ServerAccount, folder: string): boolean {
  const result = spawnSync("test", ["-x", folder], {
    uid: account.uid,
    gid: account.gid,
    env: TOOL_PATHS,
    cwd: "/",
  });
  return result.status === 0;
}

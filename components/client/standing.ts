import { CallRefused, send } from "@/components/client/api";
import { lasts, type Opened } from "@/components/client/blank-rules";

/** The state of the access behind an opening. `unknown`: no answer, or one without that state. */
export type Standing = "holds" | "ended" | "revoked" | "session" | "unknown";

async function stateOf(response: Response): Promise<string> {
  const members: unknown = await response.json();
  const state = typeof members === "object" && members !== null && "state" in members ? members.state : "";
  return typeof state === "string" ? state : "";
}

function ofRefusal(status: number): Standing {
  if (status === 401) return "session";
  return status === 403 || status === 404 ? "revoked" : "unknown";
}

/** Asks the API for the state of the access behind an opening, without keeping the session alive. */
export async function standingOf({ grant, transactionId }: Opened): Promise<Standing> {
  const input = { params: { id: grant?.id ?? transactionId }, isBackground: true };
  try {
    if (grant === undefined) {
      await send("GET", "/confidential/transactions/{id}", input);
      return "holds";
    }
    const state = await stateOf(await send("GET", "/confidential/access/grants/{id}", input));
    if (lasts(state)) return "holds";
    return state === "expired" ? "ended" : "revoked";
  } catch (error) {
    return error instanceof CallRefused ? ofRefusal(error.problem.status) : "unknown";
  }
}

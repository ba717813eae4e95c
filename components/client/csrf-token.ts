import { send } from "@/components/client/api";

/** Returns the token that calls which open a session send with their cookie. Throws CallRefused and NetworkLost. */
export async function csrfToken(): Promise<unknown> {
  const body: unknown = await (await send("GET", "/api/auth/csrf")).json();
  return typeof body === "object" && body !== null ? Reflect.get(body, "csrf_token") : undefined;
}

import { send } from "@/components/client/api";

/** The token that every call which opens a session sends beside its cookie. Throws CallRefused and NetworkLost. */
export async function csrfToken(): Promise<unknown> {
  const body: unknown = await (await send("GET", "/api/auth/csrf")).json();
  return typeof body === "object" && body !== null ? Reflect.get(body, "csrf_token") : undefined;
}

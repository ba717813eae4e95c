import "server-only";
import { createServer } from "node:net";
import { StartError } from "@/lib/db/embedded/start-error";

/** Throws StartError, with one line for the operator, if the portal cannot listen at the address. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once("error", reject);
      probe.listen(port, host, resolve);
    });
  } catch (error) {
    const code: unknown = Reflect.get(Object(error), "code");
    if (code === "EADDRINUSE") {
      throw new StartError(
        `Port ${port} is taken by another program. Stop it, or start with another one: PORT=${port + 1} npm start`,
      );
    }
    if (code === "EACCES")
      throw new StartError(`Port ${port} is not open to this user. Set PORT to one above 1023.`);
    throw new StartError(
      `HOST ${host} cannot be listened on (${typeof code === "string" ? code : "failed"}). Set HOST to an address of this machine.`,
    );
  } finally {
    probe.close();
  }
}

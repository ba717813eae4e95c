import { send } from "@/components/client/api";
import type {
  SetupAdministrator,
  SetupAdministratorAnswer,
  SetupCall,
  SetupOrganisation,
  SetupView,
} from "@/lib/administration/setup/schema";

// Each sends the link's token in its body: an address would be kept by browsers, proxies and logs. All throw
// CallRefused and NetworkLost.

/** Returns which step is next. */
export async function viewSetup(call: SetupCall): Promise<SetupView> {
  return (await send("POST", "/api/auth/setup", { body: call })).json();
}

export async function saveOrganisation(body: SetupOrganisation): Promise<SetupView> {
  return (await send("POST", "/api/auth/setup/organisation", { body })).json();
}

/** Makes the first administrator, and returns the token with which this browser sets the passkey. */
export async function nameFirst(body: SetupAdministrator): Promise<SetupAdministratorAnswer> {
  return (await send("POST", "/api/auth/setup/administrator", { body })).json();
}

import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";

/** Why no passkey answered: cancelled or timed out, already registered, or not supported here. */
export type PasskeyFault = "cancelled" | "known" | "unsupported";

/** Thrown when the browser returns no passkey. */
export class PasskeyFailed extends Error {
  override readonly name = "PasskeyFailed";

  constructor(readonly fault: PasskeyFault) {
    super(fault);
  }
}

function faultOf(error: unknown): PasskeyFailed {
  const name = error instanceof Error ? error.name : "";
  if (name === "InvalidStateError") return new PasskeyFailed("known");
  if (name === "SecurityError" || name === "NotSupportedError") return new PasskeyFailed("unsupported");
  return new PasskeyFailed("cancelled");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function areRequestOptions(options: unknown): options is PublicKeyCredentialRequestOptionsJSON {
  return isObject(options) && typeof options.challenge === "string";
}

function areCreationOptions(options: unknown): options is PublicKeyCredentialCreationOptionsJSON {
  return areRequestOptions(options) && isObject(options) && isObject(options.rp) && isObject(options.user);
}

/** Loads the library with the first use of a passkey: most pages do not need it. */
async function load() {
  if (!("PublicKeyCredential" in window)) throw new PasskeyFailed("unsupported");
  return import("@simplewebauthn/browser");
}

/** Has a passkey answer a challenge. Returns only the members that the API reads. */
export async function answerChallenge(options: unknown) {
  if (!areRequestOptions(options)) throw new PasskeyFailed("unsupported");
  const { startAuthentication } = await load();
  try {
    const { id, rawId, type, response } = await startAuthentication({ optionsJSON: options });
    return { id, rawId, type, response };
  } catch (error) {
    throw faultOf(error);
  }
}

/** Has the device make a new passkey. */
export async function makePasskey(options: unknown) {
  if (!areCreationOptions(options)) throw new PasskeyFailed("unsupported");
  const { startRegistration } = await load();
  try {
    const { id, rawId, type, response } = await startRegistration({ optionsJSON: options });
    const { clientDataJSON, attestationObject, transports } = response;
    return {
      id,
      rawId,
      type,
      response: {
        clientDataJSON,
        attestationObject,
        ...(transports === undefined ? {} : { transports: [...transports] }),
      },
    };
  } catch (error) {
    throw faultOf(error);
  }
}

import "server-only";
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  type KeyMetadata,
  KMSClient,
  KMSServiceException,
} from "@aws-sdk/client-kms";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { type Patience, persist, unavailable } from "@/lib/keystore/roots/persist";
import {
  contextMembers,
  type RootCustody,
  type WrapContext,
  type WrappedKey,
} from "@/lib/keystore/roots/root-custody";

const SERVICE = "AWS KMS";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Errors of the service by name (AWS KMS API reference, "Common errors" and those of each action). */
const DENIED =
  /^(AccessDenied|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|MissingAuthenticationToken|ExpiredToken|OptInRequired|NotAuthorized|IncompleteSignature|InvalidGrantToken|CredentialsProviderError|TokenProviderError)/;
const DISABLED =
  /^(DisabledException|KMSInvalidStateException|NotFoundException|InvalidKeyUsageException|InvalidArnException)/;
const REFUSED = /^(InvalidCiphertextException|IncorrectKeyException|ValidationException)/;

/** A symmetric key of AWS KMS, by id, ARN or alias. The AWS SDK finds credentials and region. */
class AwsKmsCustody implements RootCustody {
  readonly kind = "aws-kms";
  private readonly client: KMSClient;

  constructor(
    readonly name: string,
    private readonly patience: Patience,
  ) {
    // We decide the number of attempts. The SDK's own retries would multiply it.
    this.client = new KMSClient({ maxAttempts: 1 });
  }

  async wrap(context: WrapContext, key: Uint8Array): Promise<WrappedKey> {
    return persist(SERVICE, this.patience, async (abortSignal) => {
      const arn = await this.usableKey(this.name, abortSignal);
      const { CiphertextBlob: blob } = await this.asked(() =>
        this.client.send(
          new EncryptCommand({ KeyId: arn, Plaintext: key, EncryptionContext: contextMembers(context) }),
          { abortSignal },
        ),
      );
      if (!(blob instanceof Uint8Array) || blob.length === 0) throw garbled();
      return { key: arn, wrapped: Buffer.from(blob).toString("base64") };
    });
  }

  /** Requires the key that the file names, not the alias's current key. */
  async unwrap(context: WrapContext, { key, wrapped }: WrappedKey, isStateRead = true): Promise<Uint8Array> {
    if (!BASE64.test(wrapped)) throw this.refused();
    return persist(SERVICE, this.patience, async (abortSignal) => {
      const arn = isStateRead ? await this.usableKey(key, abortSignal) : key;
      const answer = await this.asked(() =>
        this.client.send(
          new DecryptCommand({
            KeyId: arn,
            CiphertextBlob: Buffer.from(wrapped, "base64"),
            EncryptionContext: contextMembers(context),
          }),
          { abortSignal },
        ),
      );
      if (!(answer.Plaintext instanceof Uint8Array)) throw garbled();
      if (answer.KeyId !== undefined && answer.KeyId !== arn) throw this.refused();
      return new Uint8Array(answer.Plaintext);
    });
  }

  async health(): Promise<{ readonly key: string }> {
    return persist(SERVICE, this.patience, async (signal) => ({
      key: await this.usableKey(this.name, signal),
    }));
  }

  /** Returns the ARN of a key that is enabled now, because an emulator decrypted with disabled ones. */
  private async usableKey(key: string, abortSignal: AbortSignal): Promise<string> {
    const { KeyMetadata: about } = await this.asked(() =>
      this.client.send(new DescribeKeyCommand({ KeyId: key }), { abortSignal }),
    );
    const arn = about?.Arn;
    if (about === undefined || arn === undefined) throw garbled();
    if (!isUsable(about))
      throw new KeystoreError(
        "keystore.disabled",
        `the AWS KMS key ${arn} is ${about.KeyState}, ${about.KeySpec}, for ${about.KeyUsage ?? "no stated use"}: it must be Enabled, SYMMETRIC_DEFAULT, for ENCRYPT_DECRYPT`,
      );
    return arn;
  }

  private async asked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      throw this.named(cause);
    }
  }

  private named(cause: unknown): KeystoreError {
    const name = cause instanceof Error ? cause.name : "";
    if (DENIED.test(name)) {
      return new KeystoreError(
        "keystore.denied",
        `AWS KMS denies ${this.name}: check credentials and policy`,
        {
          cause,
        },
      );
    }
    if (DISABLED.test(name))
      return new KeystoreError("keystore.disabled", `AWS KMS: ${this.name} cannot be used (${name})`, {
        cause,
      });
    if (REFUSED.test(name)) return this.refused(cause);
    const status = cause instanceof KMSServiceException ? cause.$metadata.httpStatusCode : undefined;
    return unavailable(SERVICE, status === undefined ? "does not answer" : `answers ${status}`, cause);
  }

  private refused(cause?: unknown): KeystoreError {
    return new KeystoreError(
      "keystore.refused",
      `AWS KMS does not open this root key with ${this.name}: it is another key's, or was changed`,
      { cause },
    );
  }
}

function isUsable({ Enabled, KeyState, KeyUsage, KeySpec }: KeyMetadata): boolean {
  const isWrapping = KeyUsage === "ENCRYPT_DECRYPT" && KeySpec === "SYMMETRIC_DEFAULT";
  return Enabled === true && KeyState === "Enabled" && isWrapping;
}

function garbled(): KeystoreError {
  return unavailable(SERVICE, "answers what is not its protocol");
}

/** Returns a key of AWS KMS. Load this module only if it is configured, because the SDK is large. */
export function awsKmsRoot(name: string, patience: Patience): RootCustody {
  return new AwsKmsCustody(name, patience);
}

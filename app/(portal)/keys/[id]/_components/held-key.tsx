import { useTranslations } from "next-intl";
import { LiveRefresh } from "@/components/client/live-refresh";
import { ApiCallSample } from "@/components/layout/api-call";
import { type Fact, Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import type { KeyView } from "@/lib/keys/schema";

const TAG = "BASE64URL_OF_32_BYTES";

/** How the owner's program replaces this key. */
function Replacing({ view }: { view: KeyView }) {
  const t = useTranslations("keys.held");
  const { participant_id } = view;
  const registration = { participant_id, public_key: TAG, algorithm: "X25519", custody: "client" };
  const proof = { client_tag: TAG, replaced_tag: TAG };
  return (
    <>
      <p className="mt-4 max-w-[720px] text-body text-ink-2">{t("replace")}</p>
      <ApiCallSample
        label={t("register")}
        call={{ method: "POST", path: "/confidential/keys", body: JSON.stringify(registration) }}
      />
      <ApiCallSample
        label={t("prove")}
        call={{
          method: "POST",
          path: "/confidential/keys/KEY_ID_OF_THE_ANSWER/proof",
          body: JSON.stringify(proof),
        }}
      />
    </>
  );
}

/** How the owner's program re-wraps the data sealed for a replaced key. */
function HandingOver({ view }: { view: KeyView }) {
  const t = useTranslations("keys.held");
  const path = `/confidential/keys/${view.key_id}`;
  const body = `{"client_tag":"${TAG}","entries":[…]}`;
  return (
    <>
      <p className="mt-4 max-w-[720px] text-body text-ink-2">{t("handOver")}</p>
      <ApiCallSample label={t("list")} call={{ method: "GET", path: `${path}/wraps` }} />
      <ApiCallSample label={t("challenge")} call={{ method: "POST", path: `${path}/challenge` }} />
      <ApiCallSample label={t("post")} call={{ method: "POST", path: `${path}/wraps`, body }} />
    </>
  );
}

/** How its owner's program reports it lost, with the public key of the new one. */
function Lost({ view }: { view: KeyView }) {
  const t = useTranslations("keys.held");
  return (
    <>
      <p className="mt-4 max-w-[720px] text-body text-ink-2">{t("lost")}</p>
      <ApiCallSample
        label={t("ask")}
        call={{
          method: "POST",
          path: `/confidential/keys/${view.key_id}/recovery`,
          body: JSON.stringify({ public_key: TAG, reason: t("lostReason") }),
        }}
      />
    </>
  );
}

interface Standing {
  readonly view: KeyView;
  readonly isOwn: boolean;
  /** Whether another key of the participant is active. */
  readonly hasSuccessor: boolean;
  /** Whether a recovery of it waits or runs. */
  readonly isRecovering: boolean;
}

/** What its reader can do about it next. */
function NextStep({ view, isOwn, hasSuccessor, isRecovering }: Standing) {
  const t = useTranslations("keys.held");
  const { state, remaining_wraps: left } = view;
  const isReplaced = state === "deactivated" || (state === "compromised" && hasSuccessor);
  const said = (key: "compromised" | "empty" | "others") => (
    <p className="mt-4 max-w-[720px] text-body text-ink-2">{t(key)}</p>
  );
  if (state === "destroyed") return null;
  if (isReplaced && left === 0) return said("empty");
  // The section on recovery shows the next steps.
  if (isRecovering) return null;
  if (!isOwn) return said(state === "compromised" && left !== 0 ? "compromised" : "others");
  if (state === "compromised" && left !== 0) {
    return (
      <>
        {said("compromised")}
        <Lost view={view} />
      </>
    );
  }
  return (
    <>
      {state === "deactivated" ? <HandingOver view={view} /> : <Replacing view={view} />}
      {state === "pre_active" ? null : <Lost view={view} />}
    </>
  );
}

/** A client-held key: what the portal can do with it, and what only its owner's program can do. */
export function HeldKey(standing: Standing) {
  const t = useTranslations("keys.held");
  const { view } = standing;
  const { remaining_wraps: left, state } = view;
  const isInUse = state === "active" || state === "suspended";
  const facts: Fact[] = [
    ...(isInUse ? [{ name: t("can"), value: t("canText") }] : []),
    ...(state === "deactivated" ? [{ name: t("can"), value: t("canReplaced") }] : []),
    { name: t("cannot"), value: t("cannotText") },
    ...(left === undefined ? [] : [{ name: t("left"), value: t("leftOf", { count: left }) }]),
  ];
  return (
    <Section title={t("title")}>
      <LiveRefresh kinds={["key"]} id={view.key_id} />
      <div className="pt-2">
        <Facts look="aligned" facts={facts} />
      </div>
      <NextStep {...standing} />
    </Section>
  );
}

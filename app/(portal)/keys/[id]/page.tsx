import { getLocale, getTranslations } from "next-intl/server";
import { recordPage, type Shown as ShownRecord } from "@/app/(portal)/_kit/record-page";
import { EntryLink } from "@/components/domain/entry-link";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Pager } from "@/components/ui/pager";
import { FactsSection, Section } from "@/components/ui/section";
import { getKey } from "@/lib/api-client/operations/keys";
import type { Principal } from "@/lib/context/principal";
import { spokenGroups } from "@/lib/digests";
import { formatCount } from "@/lib/format";
import type { PageResult } from "@/lib/http/pages/page";
import { getKey as load } from "@/lib/keys/list-keys";
import { type KeyOperation, mayUseKey } from "@/lib/keys/permissions";
import type { KeyPage as Keys, KeyView } from "@/lib/keys/schema";
import { KEY_USES, mayBecome } from "@/lib/keys/states";
import type { Duty, Role } from "@/lib/vocabulary";
import { custodyOf, KeyTable, StateTag } from "../_components/key-table";
import { loadKeys, loadRecovery, loadRotations } from "../_components/load-keys";
import { HeldKey } from "./_components/held-key";
import { KeyActs, type KeyChange } from "./_components/key-acts";
import { Recovery } from "./_components/recovery";
import { Rotations } from "./_components/rotations";

const PARTIES: readonly Role[] = ["client", "miner"];
/** Who may read the log's entries, and so follow the registration there. */
const LOG_READERS: readonly Role[] = ["auditor", "regulator", "coordinator"];

/** Duties with which a person may sign recoveries, if they are on the custodian's roster. */
const SIGNERS: readonly Duty[] = ["approve", "legal", "admin", "recovery"];

async function Uses({ state }: { state: KeyView["state"] }) {
  const t = await getTranslations("keys.uses");
  const uses = KEY_USES[state];
  const word = (isAllowed: boolean) => t(isAllowed ? "yes" : "no");
  return (
    <Facts
      facts={[
        { name: t("wrap"), value: word(uses.wrap) },
        { name: t("open"), value: word(uses.open) },
        { name: t("rewrap"), value: t(uses.needsDualControl ? "twoPersons" : uses.rewrap ? "yes" : "no") },
      ]}
    />
  );
}

async function Registration({ view, canFollow }: { view: KeyView; canFollow: boolean }) {
  const t = await getTranslations("keys.detail");
  const locale = await getLocale();
  const { entry_id, seq, closed_log } = view.registration;
  const number =
    seq === null ? (
      t("waiting")
    ) : canFollow ? (
      <EntryLink seq={seq} closedLog={closed_log} />
    ) : (
      formatCount(seq, locale)
    );
  return (
    <Facts
      facts={[
        { name: t("entry"), value: number },
        { name: t("entryId"), value: <Digest value={entry_id} label={t("entryId")} /> },
        { name: t("registered"), value: <LocalTime instant={view.registered_at} form="minute" /> },
      ]}
    />
  );
}

type Shown = ShownRecord<KeyView>;

/** The participant's own people, the operators, and those whose duty it is to sign. */
function seesRecovery({ role, duties, participantId }: Principal, view: KeyView): boolean {
  const isOwn = participantId === view.participant_id && PARTIES.includes(role);
  return isOwn || role === "coordinator" || role === "admin" || duties.some((duty) => SIGNERS.includes(duty));
}

/** Whether somebody asked to move what is wrapped for a compromised key: a second person agrees even if nothing is left. */
async function isAsked({ participant_id, key_version }: KeyView): Promise<boolean> {
  const rotations = await loadRotations(participant_id);
  if (!rotations.ok) return false;
  return rotations.value.items.some((one) => one.state === "asked" && one.old_version === key_version);
}

/** What this person can do to this key now, as its state and what is wrapped for it allow. */
async function changesOf(principal: Principal, view: KeyView): Promise<KeyChange[]> {
  const may = (operation: KeyOperation) => mayUseKey(principal, view.participant_id, operation);
  const changes: KeyChange[] = [];
  const isManaged = view.custody === "managed";
  if (view.state === "active" && isManaged && may("rotate")) changes.push("rotate");
  if (mayBecome(view.state, "suspended") && may("suspended")) changes.push("suspend");
  if (view.state === "suspended" && may("active")) changes.push("resume");
  const isToMove = view.state === "compromised" && isManaged && may("rotate");
  if (isToMove && (view.remaining_wraps !== 0 || (await isAsked(view)))) changes.push("move");
  if (mayBecome(view.state, "compromised") && may("compromised")) changes.push("compromise");
  const isEmpty = view.remaining_wraps === 0;
  if (isEmpty && mayBecome(view.state, "destroyed") && may("destroyed")) changes.push("destroy");
  return changes;
}

async function Actions({ value: view, principal }: Shown) {
  const { key_id, kid, custody } = view;
  const changes = await changesOf(principal, view);
  return <KeyActs keyId={key_id} kid={kid} isHeld={custody === "client"} changes={changes} />;
}

/** What distinguishes this key version from others, and how much data is sealed for it. */
async function factsOf(view: KeyView, own: string | undefined): Promise<Fact[]> {
  const t = await getTranslations("keys");
  const wraps = view.remaining_wraps;
  return [
    { name: t("columns.participant"), value: view.participant_id },
    { name: t("columns.version"), value: view.key_version },
    { name: t("columns.custody"), value: t(`custody.${custodyOf(view, own)}.long`) },
    // Data sealed for a client-held key have their own section: the portal cannot open them.
    ...(wraps === undefined || view.custody === "client"
      ? []
      : [{ name: t("detail.wraps"), value: t("detail.wrapsOf", { count: wraps }) }]),
    ...(view.due_at === undefined
      ? []
      : [{ name: t("detail.due"), value: <LocalTime instant={view.due_at} form="minute" /> }]),
    {
      name: t("columns.fingerprint"),
      value: <Digest value={view.fingerprint} label={t("columns.fingerprint")} isWhole />,
    },
    {
      name: t("detail.groups"),
      value: <span className="block max-w-[25rem] font-mono">{spokenGroups(view.fingerprint, 16)}</span>,
    },
    {
      name: t("detail.publicKey"),
      value: <Digest value={view.public_key} label={t("detail.publicKey")} isWhole />,
    },
  ];
}

/** The versions of a key's participant, newest first, fifty at a time. */
async function Versions(props: {
  view: KeyView;
  newest: PageResult<Keys>;
  own: string | undefined;
  cursor: string | string[] | undefined;
}) {
  const { view, newest, own, cursor } = props;
  const t = await getTranslations("keys.detail");
  const isLater = typeof cursor === "string";
  const page = isLater ? await loadKeys({ participantId: view.participant_id, cursor }) : newest;
  if (!page.ok) return null;
  const next = page.value.next_cursor;
  const path = `/keys/${view.key_id}`;
  const caption = t("versions", { participant: view.participant_id });
  return (
    <Section title={caption}>
      <KeyTable caption={caption} keys={page.value.items} current={view.key_id} own={own} />
      <Pager first={isLater ? path : undefined} next={next === null ? undefined : `${path}?cursor=${next}`} />
    </Section>
  );
}

/** Whether the key belongs to the reader's participant. */
function isOwn({ value: view, principal }: Shown): boolean {
  return principal.participantId === view.participant_id && PARTIES.includes(principal.role);
}

async function KeyFacts({ value: view, principal }: Shown) {
  const t = await getTranslations("keys");
  const isHeld = view.custody === "client";
  return (
    <>
      <FactsSection title={t("uses.title")}>
        <p className="mb-2 text-control text-ink-2">
          {t(`stateTexts.${isHeld && view.state === "compromised" ? "compromisedHeld" : view.state}`)}
        </p>
        <Uses state={view.state} />
      </FactsSection>
      <FactsSection title={t("detail.registration")}>
        <p className="mb-2 text-control text-ink-2">{t("detail.registrationText")}</p>
        <Registration view={view} canFollow={LOG_READERS.includes(principal.role)} />
      </FactsSection>
    </>
  );
}

async function Content(shown: Shown) {
  const { value: view, principal, params } = shown;
  const t = await getTranslations("keys.detail");
  const versions = await loadKeys({ participantId: view.participant_id });
  const rotations = mayUseKey(principal, view.participant_id, "read-rotation")
    ? await loadRotations(view.participant_id)
    : undefined;
  const isHeld = view.custody === "client";
  const read = isHeld && seesRecovery(principal, view) ? await loadRecovery(view.key_id) : undefined;
  const recovery = read?.ok === true ? read.value.recovery : null;
  return (
    <>
      <Section title={t("title")}>
        <div className="pt-2">
          <Facts look="aligned" facts={await factsOf(view, principal.participantId)} />
        </div>
      </Section>
      {isHeld ? (
        <HeldKey
          view={view}
          isOwn={isOwn(shown)}
          hasSuccessor={versions.ok && versions.value.items.some(({ state }) => state === "active")}
          isRecovering={recovery?.state === "asked" || recovery?.state === "running"}
        />
      ) : null}
      {recovery === null ? null : <Recovery view={recovery} isOwn={isOwn(shown)} />}
      {rotations?.ok === true ? <Rotations list={rotations.value} /> : null}
      <Versions view={view} newest={versions} own={principal.participantId} cursor={params.cursor} />
    </>
  );
}

/** One key version: its state and what that allows, how to recognise it, its registration, and its other versions. */
const page = recordPage<KeyView>({
  operation: getKey,
  load,
  title: async () => (await getTranslations("keys"))("title"),
  above: async () => ({ label: (await getTranslations("keys"))("title"), href: "/keys" }),
  heading: async (shown) => {
    const t = await getTranslations("keys.detail");
    const { kid, state, participant_id: participant, key_version: version } = shown.value;
    return {
      crumb: kid,
      title: t("heading", { own: isOwn(shown) ? "yes" : "no", participant, version }),
      lead: (
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <StateTag state={state} isBoxed />
          <Digest value={kid} label={t("id")} isWhole />
        </span>
      ),
    };
  },
  actions: (shown) => <Actions {...shown} />,
  facts: (shown) => <KeyFacts {...shown} />,
  content: (shown) => <Content {...shown} />,
});

export const generateMetadata = page.generateMetadata;
export default page.render;

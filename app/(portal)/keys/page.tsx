import { getTranslations } from "next-intl/server";
import { type Listed, listPage } from "@/app/(portal)/_kit/list-page";
import { ButtonLink } from "@/components/ui/button-link";
import { listKeys } from "@/lib/api-client/operations/keys";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { listKeys as list } from "@/lib/keys/list-keys";
import type { KeyPage, KeyQuery } from "@/lib/keys/schema";
import type { Role } from "@/lib/vocabulary";
import { EpochBoard } from "./_components/epochs/epoch-board";
import { useKeyColumns } from "./_components/key-table";
import { loadEpochs } from "./_components/load-keys";
import { RootBackupSection } from "./_components/root-backup";

const PARTIES: readonly Role[] = ["client", "miner"];
/** Roles that see the escrow's epochs, with the number of entries sealed for each. */
const EPOCH_READERS: readonly Role[] = ["coordinator", "admin"];

const isParty = ({ role }: Pick<Principal, "role">): boolean => PARTIES.includes(role);

/** A participant's own keys, newest first: the version in use is among them, however many there were before it. */
async function load(cx: Context, query: KeyQuery): Promise<KeyPage> {
  const { principal } = cx;
  if (!isParty(principal)) return list(cx, { ...query, order: "oldest" });
  const { participantId } = principal;
  if (participantId === undefined) return { items: [], next_cursor: null };
  return list(cx, { ...query, participant_id: participantId, order: "newest" });
}
type Keys = Listed<KeyPage>;

async function Register({ value, principal, given }: Keys) {
  const hasActive = value.items.some(({ state }) => state === "active");
  const mayRegister = isParty(principal) && principal.participantId !== undefined;
  if (!mayRegister || hasActive || given.cursor !== undefined) return null;
  const t = await getTranslations("keys.register");
  return (
    <ButtonLink href="/keys/register" look="primary" size="bar" icon="key">
      {t("action")}
    </ButtonLink>
  );
}

/** The escrow's epochs, which administrators begin and destroy. */
async function Epochs() {
  const epochs = await loadEpochs();
  return epochs.ok ? <EpochBoard list={epochs.value} mayAct={epochs.principal.role === "admin"} /> : null;
}

/** A participant's own keys; for operators all keys, the escrow's epochs and the backup of the root key. */
const page = listPage({
  path: "/keys",
  operation: listKeys,
  load,
  pageSize: 50,
  title: async () => (await getTranslations("keys"))("title"),
  lead: async ({ principal }) => (await getTranslations("keys"))(isParty(principal) ? "lead" : "leadAll"),
  actions: (keys) => <Register {...keys} />,
  heading: async ({ principal }) => {
    const t = await getTranslations("keys");
    return { title: t(isParty(principal) ? "own" : "all") };
  },
  caption: async ({ principal }) => (await getTranslations("keys"))(isParty(principal) ? "own" : "all"),
  useColumns: ({ value, principal }) => useKeyColumns({ keys: value.items, own: principal.participantId }),
  rowKey: ({ key_id: id }) => id,
  href: ({ key_id: id }) => `/keys/${id}`,
  empty: async ({ principal }) => {
    const t = await getTranslations("keys.empty");
    if (!isParty(principal)) return { title: t("all"), text: t("allText") };
    return { title: t("title"), text: t(principal.participantId === undefined ? "textOther" : "text") };
  },
  after: ({ principal: { role } }) => (
    <>
      {EPOCH_READERS.includes(role) ? <Epochs /> : null}
      <RootBackupSection role={role} />
    </>
  ),
});

export const generateMetadata = page.generateMetadata;
export default page.render;

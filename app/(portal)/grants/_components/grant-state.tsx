import { useTranslations } from "next-intl";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { Tag } from "@/components/ui/tag";
import type { GrantView } from "@/lib/access/grants/schema";

/** A grant's state as icon and word. A grant in force has the glyph of an opened seal. */
export function GrantState({ grant, nowMs }: { grant: GrantView; nowMs: number }) {
  const t = useTranslations("grants.states");
  switch (grant.state) {
    case "active":
      return Date.parse(grant.not_before) > nowMs ? (
        <Tag tone="plain" icon="clock">
          {t("future")}
        </Tag>
      ) : (
        <Tag tone="accent" glyph={<SealGlyph state="opened" size={14} />}>
          {t("active")}
        </Tag>
      );
    case "pending":
      return (
        <Tag tone="amber" icon="clock">
          {t("pending")}
        </Tag>
      );
    case "revoked":
      return (
        <Tag tone="oxblood" icon="stop">
          {t("revoked")}
        </Tag>
      );
    default:
      return (
        <Tag tone="plain" icon="nothing">
          {t(grant.state)}
        </Tag>
      );
  }
}

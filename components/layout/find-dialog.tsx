"use client";

import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { targetsOf } from "@/components/layout/find-targets";
import { placesFor, type Viewer } from "@/components/layout/places";
import { Dialog } from "@/components/ui/dialog";
import { Icon } from "@/components/ui/icon";

const ITEM =
  "flex min-h-row cursor-pointer items-center gap-3 px-3 text-control data-[selected=true]:bg-accent-wash";

export function FindDialog({ viewer, onClose }: { viewer: Viewer; onClose: () => void }) {
  const t = useTranslations("portal");
  const router = useRouter();
  const [text, setText] = useState("");
  const places = placesFor(viewer);
  const go = (href: string) => {
    onClose();
    router.push(href);
  };
  const typed = text.trim();
  const targets =
    typed === ""
      ? []
      : targetsOf(
          typed,
          places.map((place) => place.key),
        );
  return (
    <Dialog isOpen onClose={onClose} title={t("find.title")}>
      <Command label={t("find.title")}>
        <Command.Input
          data-first-focus
          value={text}
          onValueChange={setText}
          placeholder={t("find.placeholder")}
          className="w-full min-h-touch rounded-control border border-edge bg-sheet px-3 text-body tablet:min-h-form"
        />
        <Command.List className="mt-3 max-h-[50dvh] overflow-y-auto">
          <Command.Empty className="px-3 py-2 text-control text-ink-2">{t("find.nothing")}</Command.Empty>
          {targets.map((target) => (
            <Command.Item
              key={target.key}
              value={`${typed} ${target.key}`}
              onSelect={() => go(target.href)}
              className={ITEM}
            >
              <Icon name="search" />
              {t(`find.${target.key}`, { text: typed })}
            </Command.Item>
          ))}
          {places.map((place) => (
            <Command.Item
              key={place.key}
              value={t(`places.${place.key}`)}
              onSelect={() => go(place.href)}
              className={ITEM}
            >
              <Icon name={place.icon} />
              {t(`places.${place.key}`)}
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}

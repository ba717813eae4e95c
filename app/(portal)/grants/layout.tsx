import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";
import { OpeningHost } from "@/components/opening/opening-host";

export default function GrantsLayout({ children }: { children: ReactNode }) {
  return (
    <Words namespaces={["grants", "opening"]}>
      <OpeningHost nowMs={Date.now()}>{children}</OpeningHost>
    </Words>
  );
}

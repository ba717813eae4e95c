import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function ParticipantsLayout({ children }: { children: ReactNode }) {
  return (
    <Words namespaces={["administration.import", "administration.invite", "administration.participants"]}>
      {children}
    </Words>
  );
}

import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function KeysLayout({ children }: { children: ReactNode }) {
  return (
    <Words
      namespaces={[
        "keys.acts",
        "keys.columns",
        "keys.escrow",
        "keys.recovery",
        "keys.register",
        "keys.rotations",
      ]}
    >
      {children}
    </Words>
  );
}

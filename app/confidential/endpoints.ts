// Written by `npm run generate` (scripts/endpoint-table.mjs). Do not edit.

import type { EndpointTable } from "@/lib/http/dispatch/router";
import { endpoint as endpoint0 } from "./access/endpoint";
import { endpoint as endpoint1 } from "./access/break-glass/endpoint";
import { endpoint as endpoint2 } from "./access/break-glass/[id]/endpoint";
import { endpoint as endpoint3 } from "./access/break-glass/[id]/reviews/endpoint";
import { endpoint as endpoint4 } from "./access/break-glass/statement/endpoint";
import { endpoint as endpoint5 } from "./access/grants/endpoint";
import { endpoint as endpoint6 } from "./access/grants/[id]/endpoint";
import { endpoint as endpoint7 } from "./access/grants/[id]/release-ends/endpoint";
import { endpoint as endpoint8 } from "./access/grants/[id]/revoke/endpoint";
import { endpoint as endpoint9 } from "./access/logs/endpoint";
import { endpoint as endpoint10 } from "./access/notices/endpoint";
import { endpoint as endpoint11 } from "./access/notices/rules/endpoint";
import { endpoint as endpoint12 } from "./access/openings/endpoint";
import { endpoint as endpoint13 } from "./access/preservations/endpoint";
import { endpoint as endpoint14 } from "./access/preservations/[id]/releases/endpoint";
import { endpoint as endpoint15 } from "./access/preservations/[id]/renewals/endpoint";
import { endpoint as endpoint16 } from "./access/releases/endpoint";
import { endpoint as endpoint17 } from "./access/requests/endpoint";
import { endpoint as endpoint18 } from "./access/requests/[id]/endpoint";
import { endpoint as endpoint19 } from "./access/requests/[id]/authorizations/endpoint";
import { endpoint as endpoint20 } from "./access/requests/[id]/authorizations/[authorization_id]/document/endpoint";
import { endpoint as endpoint21 } from "./access/requests/[id]/authorizations/[authorization_id]/revocations/endpoint";
import { endpoint as endpoint22 } from "./access/requests/[id]/authorizations/[authorization_id]/suspensions/endpoint";
import { endpoint as endpoint23 } from "./access/requests/[id]/co-viewer-ends/endpoint";
import { endpoint as endpoint24 } from "./access/requests/[id]/comments/endpoint";
import { endpoint as endpoint25 } from "./access/requests/[id]/decisions/endpoint";
import { endpoint as endpoint26 } from "./access/requests/[id]/extensions/endpoint";
import { endpoint as endpoint27 } from "./access/requests/[id]/identity-checks/endpoint";
import { endpoint as endpoint28 } from "./access/requests/[id]/notices/endpoint";
import { endpoint as endpoint29 } from "./access/requests/[id]/objections/endpoint";
import { endpoint as endpoint30 } from "./access/requests/[id]/partial-answers/endpoint";
import { endpoint as endpoint31 } from "./access/requests/[id]/releases/endpoint";
import { endpoint as endpoint32 } from "./access/requests/[id]/releases/[release_id]/words/endpoint";
import { endpoint as endpoint33 } from "./access/requests/[id]/review/endpoint";
import { endpoint as endpoint34 } from "./access/requests/[id]/statement/endpoint";
import { endpoint as endpoint35 } from "./access/requests/[id]/submit/endpoint";
import { endpoint as endpoint36 } from "./access/requests/[id]/withdraw/endpoint";
import { endpoint as endpoint37 } from "./account/endpoint";
import { endpoint as endpoint38 } from "./account/api-keys/endpoint";
import { endpoint as endpoint39 } from "./account/api-keys/[id]/revoke/endpoint";
import { endpoint as endpoint40 } from "./account/api-keys/[id]/rotate/endpoint";
import { endpoint as endpoint41 } from "./account/api-keys/current/endpoint";
import { endpoint as endpoint42 } from "./account/passkeys/endpoint";
import { endpoint as endpoint43 } from "./account/passkeys/[id]/remove/endpoint";
import { endpoint as endpoint44 } from "./account/passkeys/options/endpoint";
import { endpoint as endpoint45 } from "./account/password/endpoint";
import { endpoint as endpoint46 } from "./account/provider/finish/endpoint";
import { endpoint as endpoint47 } from "./account/provider/remove/endpoint";
import { endpoint as endpoint48 } from "./account/provider/start/endpoint";
import { endpoint as endpoint49 } from "./account/recovery-codes/endpoint";
import { endpoint as endpoint50 } from "./account/roster/endpoint";
import { endpoint as endpoint51 } from "./account/roster/changes/endpoint";
import { endpoint as endpoint52 } from "./account/roster/changes/[id]/agreements/endpoint";
import { endpoint as endpoint53 } from "./account/roster/changes/[id]/refusals/endpoint";
import { endpoint as endpoint54 } from "./account/sessions/[id]/end/endpoint";
import { endpoint as endpoint55 } from "./account/sessions/end-others/endpoint";
import { endpoint as endpoint56 } from "./account/sign-out/endpoint";
import { endpoint as endpoint57 } from "./account/step-up/endpoint";
import { endpoint as endpoint58 } from "./account/step-up/options/endpoint";
import { endpoint as endpoint59 } from "./account/totp/endpoint";
import { endpoint as endpoint60 } from "./account/totp/confirm/endpoint";
import { endpoint as endpoint61 } from "./account/totp/remove/endpoint";
import { endpoint as endpoint62 } from "./admin/api-keys/endpoint";
import { endpoint as endpoint63 } from "./admin/api-keys/[id]/revoke/endpoint";
import { endpoint as endpoint64 } from "./admin/authorities/endpoint";
import { endpoint as endpoint65 } from "./admin/authorities/[id]/confirmations/endpoint";
import { endpoint as endpoint66 } from "./admin/authorities/[id]/crls/endpoint";
import { endpoint as endpoint67 } from "./admin/authorities/[id]/revocations/endpoint";
import { endpoint as endpoint68 } from "./admin/authorities/[id]/withdrawals/endpoint";
import { endpoint as endpoint69 } from "./admin/invitations/endpoint";
import { endpoint as endpoint70 } from "./admin/invitations/[id]/resend/endpoint";
import { endpoint as endpoint71 } from "./admin/invitations/[id]/withdraw/endpoint";
import { endpoint as endpoint72 } from "./admin/organisations/endpoint";
import { endpoint as endpoint73 } from "./admin/organisations/[id]/endpoint";
import { endpoint as endpoint74 } from "./admin/organisations/[id]/agency/endpoint";
import { endpoint as endpoint75 } from "./admin/organisations/[id]/hours/endpoint";
import { endpoint as endpoint76 } from "./admin/organisations/[id]/provider/endpoint";
import { endpoint as endpoint77 } from "./admin/organisations/[id]/provider/disconnect/endpoint";
import { endpoint as endpoint78 } from "./admin/organisations/[id]/provider/test/endpoint";
import { endpoint as endpoint79 } from "./admin/organisations/[id]/provider/test/finish/endpoint";
import { endpoint as endpoint80 } from "./admin/organisations/[id]/provider/test/start/endpoint";
import { endpoint as endpoint81 } from "./admin/participants/endpoint";
import { endpoint as endpoint82 } from "./admin/participants/[id]/endpoint";
import { endpoint as endpoint83 } from "./admin/requests/endpoint";
import { endpoint as endpoint84 } from "./admin/requests/[id]/withdraw/endpoint";
import { endpoint as endpoint85 } from "./admin/roster/draft/endpoint";
import { endpoint as endpoint86 } from "./admin/users/endpoint";
import { endpoint as endpoint87 } from "./admin/users/[id]/endpoint";
import { endpoint as endpoint88 } from "./admin/users/[id]/duties/endpoint";
import { endpoint as endpoint89 } from "./admin/users/[id]/leave/endpoint";
import { endpoint as endpoint90 } from "./admin/users/[id]/memberships/endpoint";
import { endpoint as endpoint91 } from "./admin/users/[id]/rename/endpoint";
import { endpoint as endpoint92 } from "./admin/users/[id]/reset/endpoint";
import { endpoint as endpoint93 } from "./admin/users/[id]/resume/endpoint";
import { endpoint as endpoint94 } from "./admin/users/[id]/sign-out/endpoint";
import { endpoint as endpoint95 } from "./admin/users/[id]/suspend/endpoint";
import { endpoint as endpoint96 } from "./admin/webhooks/endpoint";
import { endpoint as endpoint97 } from "./admin/webhooks/[id]/deliveries/endpoint";
import { endpoint as endpoint98 } from "./admin/webhooks/[id]/deliveries/[delivery_id]/replay/endpoint";
import { endpoint as endpoint99 } from "./admin/webhooks/[id]/disable/endpoint";
import { endpoint as endpoint100 } from "./admin/webhooks/[id]/rotate/endpoint";
import { endpoint as endpoint101 } from "./agreements/endpoint";
import { endpoint as endpoint102 } from "./agreements/[id]/endpoint";
import { endpoint as endpoint103 } from "./agreements/[id]/agree/endpoint";
import { endpoint as endpoint104 } from "./agreements/[id]/refuse/endpoint";
import { endpoint as endpoint105 } from "./agreements/[id]/send-back/endpoint";
import { endpoint as endpoint106 } from "./agreements/[id]/withdraw/endpoint";
import { endpoint as endpoint107 } from "./audit/endpoint";
import { endpoint as endpoint108 } from "./audit/actors/endpoint";
import { endpoint as endpoint109 } from "./audit/erasures/endpoint";
import { endpoint as endpoint110 } from "./audit/erasures/[id]/agreements/endpoint";
import { endpoint as endpoint111 } from "./audit/erasures/[id]/refusals/endpoint";
import { endpoint as endpoint112 } from "./audit/events/endpoint";
import { endpoint as endpoint113 } from "./audit/events/[seq]/endpoint";
import { endpoint as endpoint114 } from "./audit/events/[seq]/proof/endpoint";
import { endpoint as endpoint115 } from "./audit/export/endpoint";
import { endpoint as endpoint116 } from "./audit/exports/endpoint";
import { endpoint as endpoint117 } from "./audit/exports/[id]/endpoint";
import { endpoint as endpoint118 } from "./audit/exports/[id]/file/endpoint";
import { endpoint as endpoint119 } from "./audit/keys/endpoint";
import { endpoint as endpoint120 } from "./audit/log/checkpoint/endpoint";
import { endpoint as endpoint121 } from "./audit/log/tile/[level]/[...index]/endpoint";
import { endpoint as endpoint122 } from "./audit/log/tile/entries/[...index]/endpoint";
import { endpoint as endpoint123 } from "./audit/quarantine/endpoint";
import { endpoint as endpoint124 } from "./audit/quarantine/[id]/dismissals/endpoint";
import { endpoint as endpoint125 } from "./audit/retention/endpoint";
import { endpoint as endpoint126 } from "./audit/suspicions/endpoint";
import { endpoint as endpoint127 } from "./audit/verifications/endpoint";
import { endpoint as endpoint128 } from "./audit/verifications/[id]/endpoint";
import { endpoint as endpoint129 } from "./disputes/endpoint";
import { endpoint as endpoint130 } from "./disputes/[id]/endpoint";
import { endpoint as endpoint131 } from "./disputes/[id]/notes/endpoint";
import { endpoint as endpoint132 } from "./disputes/[id]/resolve/endpoint";
import { endpoint as endpoint133 } from "./disputes/[id]/take/endpoint";
import { endpoint as endpoint134 } from "./events/endpoint";
import { endpoint as endpoint135 } from "./home/endpoint";
import { endpoint as endpoint136 } from "./home/counts/endpoint";
import { endpoint as endpoint137 } from "./keys/endpoint";
import { endpoint as endpoint138 } from "./keys/[id]/endpoint";
import { endpoint as endpoint139 } from "./keys/[id]/challenge/endpoint";
import { endpoint as endpoint140 } from "./keys/[id]/proof/endpoint";
import { endpoint as endpoint141 } from "./keys/[id]/recovery/endpoint";
import { endpoint as endpoint142 } from "./keys/[id]/recovery/challenge/endpoint";
import { endpoint as endpoint143 } from "./keys/[id]/recovery/proof/endpoint";
import { endpoint as endpoint144 } from "./keys/[id]/recovery/refusals/endpoint";
import { endpoint as endpoint145 } from "./keys/[id]/recovery/statements/endpoint";
import { endpoint as endpoint146 } from "./keys/[id]/rotate/endpoint";
import { endpoint as endpoint147 } from "./keys/[id]/state/endpoint";
import { endpoint as endpoint148 } from "./keys/[id]/wraps/endpoint";
import { endpoint as endpoint149 } from "./keys/backup/endpoint";
import { endpoint as endpoint150 } from "./keys/escrow/endpoint";
import { endpoint as endpoint151 } from "./keys/escrow/[epoch]/destroy/endpoint";
import { endpoint as endpoint152 } from "./keys/escrow/rotate/endpoint";
import { endpoint as endpoint153 } from "./keys/register/endpoint";
import { endpoint as endpoint154 } from "./keys/rotate/endpoint";
import { endpoint as endpoint155 } from "./keys/rotations/endpoint";
import { endpoint as endpoint156 } from "./keys/rotations/[id]/endpoint";
import { endpoint as endpoint157 } from "./notices/endpoint";
import { endpoint as endpoint158 } from "./notifications/endpoint";
import { endpoint as endpoint159 } from "./notifications/marks/endpoint";
import { endpoint as endpoint160 } from "./notifications/settings/endpoint";
import { endpoint as endpoint161 } from "./status/endpoint";
import { endpoint as endpoint162 } from "./transactions/endpoint";
import { endpoint as endpoint163 } from "./transactions/[id]/endpoint";
import { endpoint as endpoint164 } from "./transactions/[id]/access/endpoint";
import { endpoint as endpoint165 } from "./transactions/[id]/audit/endpoint";
import { endpoint as endpoint166 } from "./transactions/[id]/copies/endpoint";
import { endpoint as endpoint167 } from "./transactions/[id]/disputes/endpoint";
import { endpoint as endpoint168 } from "./transactions/[id]/disputes/[dispute_id]/notes/endpoint";
import { endpoint as endpoint169 } from "./transactions/[id]/disputes/[dispute_id]/resolve/endpoint";
import { endpoint as endpoint170 } from "./transactions/[id]/disputes/statement/endpoint";
import { endpoint as endpoint171 } from "./transactions/[id]/envelopes/endpoint";
import { endpoint as endpoint172 } from "./transactions/[id]/retention/endpoint";
import { endpoint as endpoint173 } from "./transactions/[id]/status/endpoint";
import { endpoint as endpoint174 } from "./transactions/batch/endpoint";
import { endpoint as endpoint175 } from "./transparency/endpoint";
import { endpoint as endpoint176 } from "./transparency/[quarter]/endpoint";

/** Every address of the API, by its folder. */
export const ENDPOINTS: EndpointTable = [
  ["access", endpoint0],
  ["access/break-glass", endpoint1],
  ["access/break-glass/[id]", endpoint2],
  ["access/break-glass/[id]/reviews", endpoint3],
  ["access/break-glass/statement", endpoint4],
  ["access/grants", endpoint5],
  ["access/grants/[id]", endpoint6],
  ["access/grants/[id]/release-ends", endpoint7],
  ["access/grants/[id]/revoke", endpoint8],
  ["access/logs", endpoint9],
  ["access/notices", endpoint10],
  ["access/notices/rules", endpoint11],
  ["access/openings", endpoint12],
  ["access/preservations", endpoint13],
  ["access/preservations/[id]/releases", endpoint14],
  ["access/preservations/[id]/renewals", endpoint15],
  ["access/releases", endpoint16],
  ["access/requests", endpoint17],
  ["access/requests/[id]", endpoint18],
  ["access/requests/[id]/authorizations", endpoint19],
  ["access/requests/[id]/authorizations/[authorization_id]/document", endpoint20],
  ["access/requests/[id]/authorizations/[authorization_id]/revocations", endpoint21],
  ["access/requests/[id]/authorizations/[authorization_id]/suspensions", endpoint22],
  ["access/requests/[id]/co-viewer-ends", endpoint23],
  ["access/requests/[id]/comments", endpoint24],
  ["access/requests/[id]/decisions", endpoint25],
  ["access/requests/[id]/extensions", endpoint26],
  ["access/requests/[id]/identity-checks", endpoint27],
  ["access/requests/[id]/notices", endpoint28],
  ["access/requests/[id]/objections", endpoint29],
  ["access/requests/[id]/partial-answers", endpoint30],
  ["access/requests/[id]/releases", endpoint31],
  ["access/requests/[id]/releases/[release_id]/words", endpoint32],
  ["access/requests/[id]/review", endpoint33],
  ["access/requests/[id]/statement", endpoint34],
  ["access/requests/[id]/submit", endpoint35],
  ["access/requests/[id]/withdraw", endpoint36],
  ["account", endpoint37],
  ["account/api-keys", endpoint38],
  ["account/api-keys/[id]/revoke", endpoint39],
  ["account/api-keys/[id]/rotate", endpoint40],
  ["account/api-keys/current", endpoint41],
  ["account/passkeys", endpoint42],
  ["account/passkeys/[id]/remove", endpoint43],
  ["account/passkeys/options", endpoint44],
  ["account/password", endpoint45],
  ["account/provider/finish", endpoint46],
  ["account/provider/remove", endpoint47],
  ["account/provider/start", endpoint48],
  ["account/recovery-codes", endpoint49],
  ["account/roster", endpoint50],
  ["account/roster/changes", endpoint51],
  ["account/roster/changes/[id]/agreements", endpoint52],
  ["account/roster/changes/[id]/refusals", endpoint53],
  ["account/sessions/[id]/end", endpoint54],
  ["account/sessions/end-others", endpoint55],
  ["account/sign-out", endpoint56],
  ["account/step-up", endpoint57],
  ["account/step-up/options", endpoint58],
  ["account/totp", endpoint59],
  ["account/totp/confirm", endpoint60],
  ["account/totp/remove", endpoint61],
  ["admin/api-keys", endpoint62],
  ["admin/api-keys/[id]/revoke", endpoint63],
  ["admin/authorities", endpoint64],
  ["admin/authorities/[id]/confirmations", endpoint65],
  ["admin/authorities/[id]/crls", endpoint66],
  ["admin/authorities/[id]/revocations", endpoint67],
  ["admin/authorities/[id]/withdrawals", endpoint68],
  ["admin/invitations", endpoint69],
  ["admin/invitations/[id]/resend", endpoint70],
  ["admin/invitations/[id]/withdraw", endpoint71],
  ["admin/organisations", endpoint72],
  ["admin/organisations/[id]", endpoint73],
  ["admin/organisations/[id]/agency", endpoint74],
  ["admin/organisations/[id]/hours", endpoint75],
  ["admin/organisations/[id]/provider", endpoint76],
  ["admin/organisations/[id]/provider/disconnect", endpoint77],
  ["admin/organisations/[id]/provider/test", endpoint78],
  ["admin/organisations/[id]/provider/test/finish", endpoint79],
  ["admin/organisations/[id]/provider/test/start", endpoint80],
  ["admin/participants", endpoint81],
  ["admin/participants/[id]", endpoint82],
  ["admin/requests", endpoint83],
  ["admin/requests/[id]/withdraw", endpoint84],
  ["admin/roster/draft", endpoint85],
  ["admin/users", endpoint86],
  ["admin/users/[id]", endpoint87],
  ["admin/users/[id]/duties", endpoint88],
  ["admin/users/[id]/leave", endpoint89],
  ["admin/users/[id]/memberships", endpoint90],
  ["admin/users/[id]/rename", endpoint91],
  ["admin/users/[id]/reset", endpoint92],
  ["admin/users/[id]/resume", endpoint93],
  ["admin/users/[id]/sign-out", endpoint94],
  ["admin/users/[id]/suspend", endpoint95],
  ["admin/webhooks", endpoint96],
  ["admin/webhooks/[id]/deliveries", endpoint97],
  ["admin/webhooks/[id]/deliveries/[delivery_id]/replay", endpoint98],
  ["admin/webhooks/[id]/disable", endpoint99],
  ["admin/webhooks/[id]/rotate", endpoint100],
  ["agreements", endpoint101],
  ["agreements/[id]", endpoint102],
  ["agreements/[id]/agree", endpoint103],
  ["agreements/[id]/refuse", endpoint104],
  ["agreements/[id]/send-back", endpoint105],
  ["agreements/[id]/withdraw", endpoint106],
  ["audit", endpoint107],
  ["audit/actors", endpoint108],
  ["audit/erasures", endpoint109],
  ["audit/erasures/[id]/agreements", endpoint110],
  ["audit/erasures/[id]/refusals", endpoint111],
  ["audit/events", endpoint112],
  ["audit/events/[seq]", endpoint113],
  ["audit/events/[seq]/proof", endpoint114],
  ["audit/export", endpoint115],
  ["audit/exports", endpoint116],
  ["audit/exports/[id]", endpoint117],
  ["audit/exports/[id]/file", endpoint118],
  ["audit/keys", endpoint119],
  ["audit/log/checkpoint", endpoint120],
  ["audit/log/tile/[level]/[...index]", endpoint121],
  ["audit/log/tile/entries/[...index]", endpoint122],
  ["audit/quarantine", endpoint123],
  ["audit/quarantine/[id]/dismissals", endpoint124],
  ["audit/retention", endpoint125],
  ["audit/suspicions", endpoint126],
  ["audit/verifications", endpoint127],
  ["audit/verifications/[id]", endpoint128],
  ["disputes", endpoint129],
  ["disputes/[id]", endpoint130],
  ["disputes/[id]/notes", endpoint131],
  ["disputes/[id]/resolve", endpoint132],
  ["disputes/[id]/take", endpoint133],
  ["events", endpoint134],
  ["home", endpoint135],
  ["home/counts", endpoint136],
  ["keys", endpoint137],
  ["keys/[id]", endpoint138],
  ["keys/[id]/challenge", endpoint139],
  ["keys/[id]/proof", endpoint140],
  ["keys/[id]/recovery", endpoint141],
  ["keys/[id]/recovery/challenge", endpoint142],
  ["keys/[id]/recovery/proof", endpoint143],
  ["keys/[id]/recovery/refusals", endpoint144],
  ["keys/[id]/recovery/statements", endpoint145],
  ["keys/[id]/rotate", endpoint146],
  ["keys/[id]/state", endpoint147],
  ["keys/[id]/wraps", endpoint148],
  ["keys/backup", endpoint149],
  ["keys/escrow", endpoint150],
  ["keys/escrow/[epoch]/destroy", endpoint151],
  ["keys/escrow/rotate", endpoint152],
  ["keys/register", endpoint153],
  ["keys/rotate", endpoint154],
  ["keys/rotations", endpoint155],
  ["keys/rotations/[id]", endpoint156],
  ["notices", endpoint157],
  ["notifications", endpoint158],
  ["notifications/marks", endpoint159],
  ["notifications/settings", endpoint160],
  ["status", endpoint161],
  ["transactions", endpoint162],
  ["transactions/[id]", endpoint163],
  ["transactions/[id]/access", endpoint164],
  ["transactions/[id]/audit", endpoint165],
  ["transactions/[id]/copies", endpoint166],
  ["transactions/[id]/disputes", endpoint167],
  ["transactions/[id]/disputes/[dispute_id]/notes", endpoint168],
  ["transactions/[id]/disputes/[dispute_id]/resolve", endpoint169],
  ["transactions/[id]/disputes/statement", endpoint170],
  ["transactions/[id]/envelopes", endpoint171],
  ["transactions/[id]/retention", endpoint172],
  ["transactions/[id]/status", endpoint173],
  ["transactions/batch", endpoint174],
  ["transparency", endpoint175],
  ["transparency/[quarter]", endpoint176],
];

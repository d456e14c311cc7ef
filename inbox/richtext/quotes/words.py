"""The words by which mail programs of many languages begin a quote."""

import re

_WROTE = (
    r"wrote|writes|write|said|schrieb(?:en)?|geschrieben|geschreven|a (?:é|e)crit|ha escrit|escribi(?:ó|o)"
    r"|ha scritto|scrive|escreveu|schreef(?: op)?|napisa(?:ł|l)(?:\(a\)|/a|a)?|pisze"
    r"|skrev|skrifaði"
    r"|kirjoitti|napsala?(?:\(a\))?|nap(?:í|i)sal(?:a|\(a\))?|p(?:í|i)še"
    r"|je napisao(?:/la)?|je napisala"
    r"|napisao(?:/la| je)?|napisala je|je pisao|piše|је написао(?:/ла)?|је написала"
    r"|написао(?: је)?"
    r"|је писао|пише|написала?(?:\(а\))?|написав|пишет|писала?|написа|va escriure"
    r"|yazd(?:ı|i)|írta"
    r"|a scris|đã viết|έγραψε|написао/ла|rašė|rakstīja|kirjutas"
    r"|写道|寫道|のメッセージ|書きました|작성|님이 작성|님이 씀"
)
WROTE = re.compile(rf"(?<!\w)(?:{_WROTE})(?!\w)", re.IGNORECASE)

ATTRIBUTION_START = re.compile(
    r"^\s*(?:on|am|le|el|il|em|op|den|dne|dnia|w dniu|u|dana|у|дана|на|в|a|på|the|at|in message"
    r"|quoting|\d{1,4}[./-]|(?:mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс)\b"
    r"|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\b",
    re.IGNORECASE,
)
# without a verb: "2012/7/26 John <john@example.com>" of older Gmail, or a moment and an address
OLD_DATED_SENDER = re.compile(
    r"^\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s.{0,80}<[^<>\s]+@[^<>\s]+>:?\s*$"
)
DATED_SENDER = re.compile(
    r"^(?=.{0,60}\b(?:19|20)\d{2}\b)(?=.{0,80}\b\d{1,2}[:.]\d{2}\b).{8,160}[<( ][^<>()\s]+@[^<>()\s]+[>)]? ?[:：]\s*$"
)
CLOSES_ADDRESS = re.compile(rf"^\s*>\s*(?:(?:{_WROTE})\s*)?[:：]?\s*$", re.IGNORECASE)
OPENS_ADDRESS = re.compile(r"^\s*(?:<|mailto:)", re.IGNORECASE)
ENDS_WITH_WROTE = re.compile(rf"(?<!\w)(?:{_WROTE})\s*[:：]?[*_]*$", re.IGNORECASE)
DECORATION = re.compile(r"^[-_=]{3,}\s*|\s*[-_=]{3,}$")
WHOLE_MOMENT = re.compile(r"(?=.*\b(?:19|20)\d{2}\b).*\b\d{1,2}[:.]\d{2}\b")
MIDLINE = re.compile(r"^(.*?\S)\s*-{0,5}\s*(\bOn\s.{10,200}\bwrote:)$")
MOMENT = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|@")

_ORIGINAL = (
    r"original message|original appointment|original mail|reply message"
    r"|urspr(?:ü|ue)ngliche (?:nachricht|mail)"
    r"|message d'origine|message original|mensaje original|messaggio originale"
    r"|mensagem original"
    r"|oorspronkelijk bericht|originele bericht|oprindelig meddelelse|opprinnelig melding"
    r"|ursprungligt meddelande|originalmeddelande|alkuperäinen viesti"
    r"|původní (?:zpráva|e-mail)"
    r"|wiadomość oryginalna|oryginalna wiadomość|originalna poruka|izvorna poruka"
    r"|оригинална порука"
    r"|оригинално съобщение|исходное сообщение|первоначальное сообщение|orijinal mesaj"
    r"|原始邮件|原始郵件|元のメッセージ"
    r"|missatge original|eredeti üzenet|mesaj original"
)
ORIGINAL = re.compile(rf"^\s*>?\s*[-_*=]{{2,}}\s*(?:{_ORIGINAL})\b.*$", re.IGNORECASE)
DECORATED = re.compile(r"^\s*[-_*=]{4,}\s*\w[\w '’]{3,40}\s*[-_*=]{4,}\s*$")
ORIGINAL_BARE = re.compile(rf"^\s*(?:{_ORIGINAL})\s*:?\s*$", re.IGNORECASE)

FORWARD = re.compile(
    r"(?:forwarded message|begin forwarded message|weitergeleitete nachricht"
    r"|message (?:transf(?:é|e)r|r(?:é|e)exp(?:é|e)di)(?:é|e)|mensaje reenviado|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht"
    r"|videresendt|vidarebefordrat|prosleđena poruka|proslijeđena poruka|прослеђена порука"
    r"|пересланное сообщение|przekazana wiadomość|přeposlaná zpráva|轉寄郵件|转发邮件)",
    re.IGNORECASE,
)

_FROM = (
    r"from|von|de|da|van|od|fra|från|lähettäjä|od|otprema|šalje|шаље|от|від|от кого|发件人"
    r"|寄件者|差出人|보낸 사람"
    r"|gesendet von|expéditeur|kimden|mittente|feladó|prima:|reply-to|message du|date|datum|dato"
)
_OTHER = (
    r"sent|date|to|cc|subject|from|gesendet(?: am)?|datum|an|von|betreff|kopie|envoyé(?: le)?|à|objet"
    r"|de|sujet|copie à|dato"
    r"|enviado(?: el)?|para|asunto|fecha"
    r"|inviato|data|a|oggetto|assunto|verzonden|aan|onderwerp|wysłano|do|temat|skickat"
    r"|till|ämne|sendt|til|emne"
    r"|lähetetty|vastaanottaja|aihe|odesláno|komu|předmět|poslano|za|prima|predmet"
    r"|послато|за|прима|тема|предмет"
    r"|отправлено|кому|дата|изпратено|до|относно|надіслано|发送时间|收件人|主题|日期|傳送時間|收件者|主旨"
    r"|宛先|件名|送信日時"
    r"|받는 사람|제목|보낸 날짜|tarih|kime|konu"
)
HEADER_FROM = re.compile(rf"^\s*>?\s*[*_]*(?:{_FROM})[*_]*\s*[:：][*_]*\s*\S", re.IGNORECASE)
HEADER_OTHER = re.compile(rf"^\s*>?\s*[*_]*(?:{_OTHER})[*_]*\s*[:：]", re.IGNORECASE)
RULE = re.compile(r"^\s*(?:[_=]{10,}|={4,}|-{20,}|_{5,}|\*{10,})\s*$")

MARKER_LINE = re.compile(
    r"(?:please )?(?:reply|write|type) (?:your (?:reply|message) )?above th(?:is|e) line"
    r"|^\s*##-.*-##\s*$",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"^\s*[_*>-]*\s*(?:"
    r"(?:sent|mailed|written) (?:from|via|with|using|by) (?:my |the |a )?\S.{0,70}"
    r"|get outlook for \S+.{0,40}"
    r"|(?:von|mit) (?:meinem|unterwegs|meiner).{0,40}gesendet\S*"
    r"|(?:gesendet|diese nachricht wurde) (?:von|mit|aus).{0,60}"
    r"|von meinem .{0,50}|envoy(?:é|e) (?:de|depuis|à partir).{0,60}"
    r"|enviado (?:desde|do|de|a partir).{0,60}"
    r"|inviato da.{0,60}|verzonden (?:vanaf|met|via|vanuit).{0,60}|verstuurd vanaf.{0,60}"
    r"|wysłan[eo] z.{0,60}|skickat från.{0,60}|sendt fra.{0,60}|odesláno z.{0,60}"
    r"|poslan[oé] (?:s|sa|iz|z|putem) .{0,60}|послато (?:са|из|преко) .{0,60}"
    r"|отправлено (?:с|из).{0,60}|изпратено (?:от|с).{0,60}"
    r"|lähetetty .{0,60}|发自我的.{0,40}|從我的.{0,40}|enviat des.{0,60}|надіслано .{0,50}"
    r")\s*$",
    re.IGNORECASE,
)

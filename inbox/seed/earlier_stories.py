"""What was written in the days before, most of it done: a desk that is in use."""

from inbox.seed.conversations import Story

EARLIER = (
    Story(
        channel="email", name="Sofia Rossi", address=("email", "sofia.rossi@post.example"),
        subject="Taglia sbagliata, ordine 18166", ago=150, pace=22, known=300, owner="petr",
        tags=("returns",), fields={"language": "it", "city": "Torino", "country": "IT"},
        lines=(
            ("them", "Buongiorno,\n\nho ricevuto la taglia 40 invece della 42. Posso cambiarla?\n\nGrazie\nSofia"),
            ("petr", "Buongiorno Sofia,\n\ncerto: le mando l'etichetta per il reso, e la 42 parte oggi stesso.\n\nPetr"),
            ("them", "Perfetto, grazie. Domani la porto alle poste."),
        ),
    ),
    Story(
        channel="webchat", name="Oliver Wright", address=("visitor", "demo-oliver"), ago=175,
        pace=2, owner="ana", fields={"language": "en", "city": "Leeds", "country": "GB"},
        lines=(
            ("them", "Is the oak desk really 160 cm wide? The picture looks smaller."),
            ("ana", "Hi Oliver, it is: 160 by 75, and 73 high. I can send you the drawing."),
            ("them", "Yes please, to oliver@wright.example"),
        ),
    ),
    Story(
        channel="sms", name="Ivana Horvat", address=("phone", "+385912345678"), ago=200, known=90,
        tags=("delivery",), fields={"language": "hr", "city": "Rijeka", "country": "HR"},
        lines=(("them", "Dobar dan, može li dostava u petak poslije 17 h? Prije nisam doma."),),
    ),
    Story(
        channel="email", name="Nils Lindqvist", address=("email", "nils@byra.example"),
        subject="Offert på 25 stolar", ago=260, pace=35, known=700, owner="tom", tags=("wholesale",),
        priority=3, fields={"language": "sv", "city": "Malmö", "country": "SE"},
        lines=(
            ("them", "Hej!\n\nVi inreder ett nytt kontor och behöver 25 stolar av modell Vinga. Vad blir priset med leverans till Malmö?\n\nNils"),
            ("tom", "Hej Nils,\n\njag skickar en offert i dag. Vill ni ha armstöd?\n\nTom"),
            ("note:ana", "Köpte 40 bord i fjol, betalade i tid. Vi kan ge 8 %."),
            ("them", "Ja, med armstöd. Och helst leverans före den 15:e."),
        ),
    ),
    Story(
        channel="telegram", name="Олена Шевченко", address=("telegram", "710000011"), ago=330,
        owner="milica", known=20, fields={"language": "uk", "city": "Львів", "country": "UA"},
        lines=(
            ("them", "Добрий день! Чи можна оплатити замовлення при отриманні?"),
            ("milica", "Добрий день! Так, карткою або готівкою кур'єру."),
        ),
    ),
    Story(
        channel="email", name="Hannah Becker", address=("email", "hannah.becker@post.example"),
        subject="Rechnung mit falscher Adresse", ago=410, known=150, tags=("billing",),
        fields={"language": "de", "city": "Leipzig", "country": "DE"},
        lines=(("them", "Guten Tag,\n\nauf der Rechnung 2026-1187 steht noch unsere alte Adresse. Könnten Sie sie neu ausstellen?\n\nMit freundlichen Grüßen\nHannah Becker"),),
    ),
    Story(
        channel="webchat", name="Mehmet Yılmaz", address=("visitor", "demo-mehmet"), ago=540,
        pace=3, owner="petr", fields={"language": "tr", "city": "İzmir", "country": "TR"},
        lines=(
            ("them", "Merhaba, indirim kodu çalışmıyor: KASIM10"),
            ("petr", "Merhaba Mehmet Bey, kod büyük harfle ve boşluksuz yazılmalı. Şimdi dener misiniz?"),
            ("them", "Oldu, teşekkürler!"),
        ),
        status="resolved",
    ),
    Story(
        channel="form", name="Priya Nair", address=("email", "priya@studio.example"),
        subject="Press pictures", ago=980, owner="tom", fields={"language": "en", "country": "IN"},
        lines=(
            ("them", "We write about small kitchens and would like two pictures of your folding table, 3000 pixels wide."),
            ("tom", "Hello Priya, gladly: both are attached to my next mail. Please name us as the source."),
        ),
    ),
    Story(
        channel="email", name="Jakub Zieliński", address=("email", "jakub.z@post.example"),
        subject="Uszkodzona przesyłka 18152", ago=1190, pace=40, known=400, owner="ana",
        tags=("delivery", "damaged"), priority=3,
        fields={"language": "pl", "city": "Gdańsk", "country": "PL"},
        lines=(
            ("them", "Dzień dobry,\n\nkarton był rozdarty, a lampa jest pęknięta. Co mam zrobić?\n\nJakub"),
            ("ana", "Dzień dobry Panie Jakubie,\n\nbardzo przepraszam. Nowa lampa wyjedzie jutro, starej nie trzeba odsyłać.\n\nAna"),
            ("note:milica", "Trzecia pęknięta lampa w tym tygodniu, wszystkie z magazynu B."),
        ),
    ),
    Story(
        channel="sms", name="Marta Sousa", address=("phone", "+351912345678"), ago=1600, pace=9,
        owner="milica", status="resolved", fields={"language": "pt", "city": "Porto", "country": "PT"},
        lines=(
            ("them", "Bom dia, a loja do Porto abre no feriado?"),
            ("milica", "Bom dia Marta, sim, das 10 às 16 h."),
            ("them", "Obrigada!"),
        ),
    ),
    Story(
        channel="email", name="Dimitra Papadaki", address=("email", "dimitra@post.example"),
        subject="Επιστροφή χρημάτων", ago=1710, pace=60, known=250, owner="petr", status="resolved",
        tags=("billing", "returns"), fields={"language": "el", "city": "Πάτρα", "country": "GR"},
        lines=(
            ("them", "Καλημέρα,\n\nεπέστρεψα την παραγγελία 18101 πριν από μία εβδομάδα. Πότε θα λάβω τα χρήματα;"),
            ("petr", "Καλημέρα Δήμητρα,\n\nη επιστροφή έγινε σήμερα. Η τράπεζα χρειάζεται δύο έως τρεις ημέρες."),
        ),
    ),
    Story(
        channel="webchat", name="Lars Andersen", address=("visitor", "demo-lars"), ago=2100, pace=2,
        owner="ana", status="resolved", fields={"language": "da", "city": "Aarhus", "country": "DK"},
        lines=(
            ("them", "Hej, kan jeg hente min ordre i butikken?"),
            ("ana", "Hej Lars, ja, fra i morgen kl. 10. Tag ordrenummeret med."),
        ),
    ),
    Story(
        channel="email", name="Tamás Kovács", address=("email", "tamas.kovacs@post.example"),
        subject="Garancia", ago=2300, pace=90, known=820, owner="milica", status="resolved",
        fields={"language": "hu", "city": "Győr", "country": "HU"},
        lines=(
            ("them", "Tisztelt Cím!\n\nA szék egyik kereke eltört. Van rá garancia?\n\nKovács Tamás"),
            ("milica", "Tisztelt Kovács Úr!\n\nIgen, öt évig. A pótalkatrészt ma feladjuk."),
            ("them", "Nagyon köszönöm a gyors választ."),
        ),
    ),
    Story(
        channel="telegram", name="Elena Popescu", address=("telegram", "710000012"), ago=2500,
        pace=7, owner="petr", status="resolved", fields={"language": "ro", "country": "RO"},
        lines=(
            ("them", "Bună ziua, livrați și în Republica Moldova?"),
            ("petr", "Bună ziua Elena, da, în 4–6 zile lucrătoare."),
        ),
    ),
    Story(
        channel="email", name="Yuki Tanaka", address=("email", "yuki.tanaka@post.example"),
        subject="サイズについて", ago=3400, pace=45, owner="ana", status="resolved", known=30,
        fields={"language": "ja", "city": "大阪", "country": "JP"},
        lines=(
            ("them", "はじめまして。テーブルの脚は取り外せますか。"),
            ("ana", "お問い合わせありがとうございます。はい、工具なしで取り外せます。"),
        ),
    ),
    Story(
        channel="email", name="Lukas Müller", address=("email", "lukas.mueller@firma.example"),
        subject="Webhook signature", ago=9800, pace=120, owner="petr", status="resolved",
        tags=("api",), fields={"language": "de"},
        lines=(
            ("them", "Hi,\n\nwhich part of the request does the signature cover, the body alone or the time as well?\n\nLukas"),
            ("petr", "Hi Lukas,\n\nboth: the time, a dot, and the body as it was sent. The page on webhooks has an example."),
            ("them", "Works, thank you."),
        ),
    ),
    Story(
        channel="email", name="Katarzyna Wiśniewska", address=("email", "k.wisniewska@post.example"),
        subject="Zmiana danych firmy", ago=21600, pace=200, owner="ana", status="resolved",
        tags=("billing",),
        lines=(
            ("them", "Dzień dobry,\n\nzmieniła się nazwa naszej firmy. Proszę o poprawienie jej na fakturach."),
            ("ana", "Dzień dobry Pani Katarzyno,\n\nzrobione, od dziś faktury wystawiamy na nową nazwę."),
        ),
    ),
)  # fmt: skip

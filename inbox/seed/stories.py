"""What the demo's customers wrote, and what was answered."""

from inbox.seed.conversations import Story

STORIES = (
    Story(
        channel="telegram", name="Ana Petrović", address=("telegram", "710000002"), ago=9, known=40,
        owner="ana", tags=("delivery", "vip"), priority=3,
        fields={"language": "sr-Latn", "city": "Novi Sad", "country": "RS", "time_zone": "Europe/Belgrade"},
        lines=(
            ("them", "Zdravo! Porudžbina 18204 je trebalo da stigne u utorak.\nKurir već tri dana piše „u transportu“. Možete li da proverite?"),
            ("ana", "Zdravo Ana, proverila sam: paket je u magacinu u Novom Sadu. Zovem kurira i javljam se za sat vremena."),
            ("note:petr", "Magacin u Novom Sadu nije radio u ponedeljak. Isto je sa još tri paketa. Ponudi ekspres."),
            ("them", "Hvala! Treba mi pre subote, rođendanski poklon je."),
        ),
    ),
    Story(
        channel="email", name="Милош Јовановић", address=("email", "milos.jovanovic@post.example"),
        subject="Промена адресе", ago=14, known=900, owner="ana",
        fields={"language": "sr-Cyrl", "city": "Београд", "country": "RS"},
        lines=(("them", "Добар дан,\n\nможе ли да се промени адреса испоруке за поруџбину 18231? Нова адреса је Његошева 12, Београд.\n\nХвала унапред,\nМилош"),),
    ),
    Story(
        channel="email", name="Katarzyna Wiśniewska", address=("email", "k.wisniewska@post.example"),
        subject="Faktura za październik", ago=31, known=365, owner="ana",
        fields={"language": "pl", "city": "Kraków", "country": "PL"},
        lines=(
            ("them", "Dzień dobry,\n\nproszę o duplikat faktury za październik. Nie dotarła do nas pocztą.\n\nPozdrawiam\nKatarzyna Wiśniewska"),
            ("ana", "Dzień dobry Pani Katarzyno,\n\nduplikat wyślemy dzisiaj do godziny 16.\n\nPozdrawiam\nAna"),
        ),
    ),
    Story(
        channel="sms", name="Jan Novák", address=("phone", "+46701740655"), ago=42, known=12,
        priority=4, tags=("billing",), fields={"language": "cs", "country": "CZ"},
        lines=(("them", "Dobrý den, karta mi byla stržena dvakrát za objednávku 18190. Prosím o vrácení."),),
    ),
    Story(
        channel="webchat", name="Георги Иванов", address=("visitor", "demo-georgi"), ago=63, known=0,
        tags=("returns",), fields={"language": "bg", "city": "София", "country": "BG"},
        lines=(("them", "Здравейте, искам да върна обувките. Снимките са прикачени в поръчката."),),
    ),
    Story(
        channel="webchat", name="Chloé Dubois", address=("visitor", "demo-chloe"), ago=80, known=210,
        owner="milica", fields={"language": "fr", "city": "Lyon", "country": "FR"},
        lines=(
            ("them", "Bonjour, est-ce que le sac existe en vert ?"),
            ("milica", "Bonjour Chloé ! Oui, il arrive en vert la semaine prochaine. Souhaitez-vous être prévenue ?"),
        ),
    ),
    Story(
        channel="email", name="Lukas Müller", address=("email", "lukas.mueller@firma.example"),
        subject="API rate limits", ago=1310, known=520, owner="petr", tags=("api",),
        fields={"language": "de", "city": "Köln", "country": "DE"},
        lines=(
            ("them", "Hi,\n\nwe are hitting 429 on the /contacts endpoint when we sync at night. What is the limit, and can it be raised for us?\n\nBest\nLukas"),
            ("petr", "Hi Lukas,\n\nthe limit is 60 requests a second for each token. Are you sending them in parallel?"),
            ("them", "Yes, forty at once. We can slow down, but a higher limit would be easier."),
        ),
    ),
    Story(
        channel="sms", name="María García", address=("phone", "+34600123123"), ago=1450, known=33,
        owner="milica", fields={"language": "es", "city": "Sevilla", "country": "ES"},
        lines=(("them", "Hola, quiero cancelar mi suscripción antes del día 1. ¿Cómo lo hago?"),),
    ),
    Story(
        channel="telegram", name="Мария Иванова", address=("telegram", "710000004"), ago=1520, known=5,
        fields={"language": "ru"},
        lines=(("them", "Здравствуйте! Магазин отличный, но по телефону отвечают очень долго. Можно писать сюда?"),),
    ),
    Story(
        channel="form", name="John Smith", address=("email", "john.smith@wholesale.example"),
        subject="Wholesale request", ago=2890, known=2, owner="tom",
        fields={"language": "en", "city": "Bristol", "country": "GB"},
        lines=(("them", "We run two shops in Bristol and would like your wholesale price list for about forty items a month."),),
    ),
    Story(
        channel="email", name="李娜", address=("email", "li.na@post.example"),
        subject="关于订单 18177 的问题", ago=3020, known=610, status="snoozed", owner="ana",
        fields={"language": "zh", "country": "CN"},
        lines=(("them", "您好，我的订单显示已签收，但我没有收到包裹。请帮我查一下，谢谢。"),),
    ),
    Story(
        channel="email", name="نور حداد", address=("email", "noor.haddad@post.example"),
        subject="استفسار عن الضمان", ago=3200, known=80, owner="petr", status="resolved",
        fields={"language": "ar", "country": "JO"},
        lines=(
            ("them", "مرحباً، هل يشمل الضمان تبديل البطارية؟"),
            ("petr", "مرحباً نور، نعم، البطارية مشمولة بالضمان لمدة سنتين."),
            ("them", "شكراً جزيلاً!"),
        ),
    ),
    Story(
        channel="webchat", name="Emma Clarke", address=("visitor", "demo-emma"), ago=4400, known=18,
        owner="milica", status="resolved", tags=("delivery",), fields={"language": "en"},
        lines=(
            ("them", "Hi, do you deliver to Ireland?"),
            ("milica", "Hi Emma, yes: three to five days, free from 60 euros."),
            ("them", "Great, thanks!"),
        ),
    ),
)  # fmt: skip

"""The words mail servers use when they refuse, in the languages they speak, each as one letter for what it is about; pure.

A sentence becomes a row of letters ("The mailbox does not exist" becomes `unE`), and what it claims is a small pattern over
them. So a new language is a few stems, not a list of sentences.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

# Stems end in *; words that say nothing stand under the blank and are dropped, so that patterns count only what matters.
_STEMS: Mapping[str, str] = {
    # Who: the mailbox or its owner.
    "u": """
        user users username userid recipient* recip addressee* mailbox* maildrop account accounts alias address addresses
        adress adresse* adresat* person inbox customer subscriber* member forward-path local-part localpart emailaddress
        mailaddress login empfanger* benutzer* postfach* konto kontos mailkonto mailadress* emailadress* zieladress*
        nutzer* kontakt* destinataire* utilisateur* boite compte comptes destinatari* destinatario* usuario* buzon cuenta
        cuentas casilla direccion utente casella indirizzo ontvanger* gebruiker* postbus mailadres emailadres adres
        geadresseerde* usuari* caixa conta endereco* correio-destino uzytkownik* skrzynk* odbiorc* adresata adresu
        odberatel* prijemc* schrank* uzivatel* adresa adresy mottagar* anvandar* brevlad* adressen alici* kullanici*
        posta-kutusu kutusu hesap hesabi adresi modtager* bruger* mottaker* пользовател* получател* адрес* ящик* аккаунт*
        абонент* учетн* логин* cimzett* felhasznalo* postafiok* destinatarul
    """,
    # Who: the host or the domain.
    "h": """
        host hosts hostname domain domains domainname mx mxs hosting rechner domane domain-name domaine domaines hote
        dominio dominios domeinnaam domein domena domeny domenu domenie domeny doman domanen alan alani домен* хост*
        servidor-destino
    """,
    # Who: we, who send.
    "s": """
        sender* sending senders client mailfrom mail-from ip ipaddress originator return-path envelope-from helo ehlo
        reverse absender* expediteur* remitente mittente* afzender* remetente* nadawc* odesilatel* odesilatele avsandar*
        gonderen* отправител* felado* ptr rdns
    """,
    # What: the message.
    "m": """
        message messages mail mails email emails e-mail letter body msg nachricht* mitteilung courriel* courrier mensaje*
        correo messaggi* posta bericht* mensagem mensagens wiadomos* zprav* meddeland* ileti* mesaj* сообщени* письм* писем
        почт*
    """,
    # Does not exist, in one word.
    "N": """
        unknown unrecognised unrecognized nonexistent non-existent nonexistant inexistent* inexistant* unbekannt* inconnu*
        desconocid* sconosciut* onbekend* desconhecid* inexistente nieznan* neznam* okand* bilinmeyen bilinmiyor неизвест*
        несуществ* ismeretlen ukendt ukjent usrunknown userunknown introuvable* nichtexist* neexist* unexist*
    """,
    # Wrong, in one word.
    "I": """
        invalid bad wrong illegal incorrect unrouteable unroutable unreachable-address undeliverable-address misspelled
        ungultig* falsch* invalide* incorrecte invalido* invalida* incorrecto ongeldig* nieprawidlow* neplatn* ogiltig*
        gecersiz неверн* недействительн* некорректн* nonvalid unresolvable unassigned
    """,
    # Cannot be had: the word of RFC 5321 for "not found, no access, or policy".
    "i": "unavailable nonavailable unavail indisponible indisponivel nicht-verfugbar niedostepn* nedostupn* недоступ*",
    # To be there; it takes a "not" to mean something.
    "E": """
        exist exists existing existent existed found find finding known valid recognized recognised recognise recognize
        listed registered have has match matching configured resolve resolved resolvable located locate identified
        existiert existieren vorhanden gefunden bekannt gultig ermittelt auffindbar aufgefuhrt eingetragen gelistet existe
        existent* existen trouve* reconnu* connu valable valide existir encontr* valido valida conocido existen hallado
        esiste trovat* riconosciut* conosciut* esistente bestaat gevonden bekend geldig bestaande existem istnieje
        znaleziono znalezion* istniej* znany existuje nalezen* neexist finns hittades kunde-hittas giltig mevcut bulunamadi
        bulunmuyor kayitli существует существуют найден* обнаружен* зарегистрирован* letezik talalhato findes finnes
        zaregistrovan*
    """,
    "n": """
        no not none non cannot can't cant couldn't doesn't don't didn't isn't wasn't won't aren't hasn't haven't never
        without nor neither unable nicht kein keine keinen keiner konnte-nicht pas aucun aucune n' ne jamais ningun ninguno
        niet geen nao nenhum nie nem brak ingen inte ej ikke yok degil не нет nincs nem
    """,
    "c": "such",
    # Not any longer.
    "L": "longer anymore mehr plus больше более already-left meer",
    "F": """
        full overquota overflow* voll plein pleine lleno llena pieno piena vol cheio cheia pelna pelny przepelnion* pln*
        fullt dolu переполнен* заполнен* mailboxfull esgotad* megtelt quotaexceeded superata-quota
    """,
    "Q": """
        quota storage space capacity diskspace speicherplatz speicherkontingent kontingent espace espacio spazio ruimte
        cota espaco limitu-miejsca miejsca kvota kvoty utrymme kota квот* мест* объем* place kapazitat stockage
    """,
    "O": """
        atteint* maximal* over exceed exceeds exceeded exceeding limit limits limited insufficient insuff out maximum
        reached uberschritten uberschreitet erschopft limite depasse* excedid* excede superad* superat* overschreden
        ultrapass* exced* przekroczon* prekrocen* overskrid* asildi asim* превыш* исчерпан* niewystarczajac* unzureichend
        insuffisant* insuficiente insufficiente
    """,
    # Closed for good, as far as a machine can say.
    "D": """
        disabled disable deactivated inactive inactivated suspended closed terminated discontinued deleted removed retired
        frozen locked cancelled canceled dormant abandoned decommissioned defunct obsolete deceased deaktiviert gesperrt
        geloscht geschlossen stillgelegt inaktiv desactive* ferme* suspendu* supprime* bloque-compte desactivad* suspendid*
        eliminad* cerrad* inactiv* disabilitat* disattivat* sospes* chius* cancellat* uitgeschakeld gedeactiveerd opgeheven
        gesloten desativad* suspens* encerrad* bloquead*-conta wylaczon* zablokowan* nieaktywn* usuniet* zawieszon*
        deaktivovan* zrusen* zablokovan* avstangd inaktiverad stangd borttagen devre-disi kapali kapatil* pasif отключен*
        заблокирован* удален* закрыт* неактив* приостановлен* megszunt kayttamaton expunged
    """,
    "x": "expired expire expires expiration abgelaufen expire* scadut* verlopen caducad* wygas* vyprsel* истек*",
    "V": """
        moved forwarded-to changed relocated transferred umgezogen verzogen demenage* trasferit* verhuisd mudou перемещ*
        переехал*
    """,
    # What names a block by itself.
    "B": """
        spam spm greylist* graylist* spammer spammers spamming antispam spamhaus spamcop spamassassin sorbs dnsbl dnsrbl
        dnswl rbl rbls sbl xbl pbl uribl surbl barracudacentral senderbase blacklist* blocklist* blackhole* blacklisted
        blocklisted denylist* reputation unsolicited unsolizited abusive junk bulk phishing phish senderscore cloudmark
        trendmicro suspicious spammy suspected antispam-filter ublock spamfilter* schwarze-liste sperrliste pourriel*
        indesirable* correo-basura indesiderat* ongewenst* indesejad* спам* skrappost istenmeyen nevyzadan* niechcian*
        forbidden-ip compromised unwanted
    """,
    "b": """
        banned block blocked blocks blocking blokiert blockiert bloque bloques bloquead* bloccat* geblokkeerd blokad*
        blokovan* blockerad* engellen* block-list abuse abused listing
    """,
    "g": "filter filtered filters filtering filtro filtre filtern",
    "P": """
        spoof* policy policies prohibited restricted restriction* restrictions unauthorized unauthorised authorized
        authorised allowed permitted permission* permissions forbidden disallowed richtlinie* verboten berechtig*
        politique* autoris* politica* permitid* autorizad* autorizzat* permess* beleid toegestaan zasad* polityk* zasady
        politik* policie tillat* izin политик* запрещ* разреш* security acl rule rules whitelist* allowlist* firewall*
        adminprohibited geo
    """,
    # The records of authentication.
    "A": """
        spf spfv dkim dmarc domainkeys domainkey senderid arc impersonat* forged forgery unauthenticated unauthentifi*
    """,
    "f": """
        authentication authenticated authenticate auth authentifi* authentifizier* autenticac* autenticaz* аутентифик*
    """,
    # Passing troubles.
    "T": """
        temporary temporarily temporar* tempfail tempfailed transient later again retry retrying retried defer deferred
        deferral timeout timedout timeouts unreachable busy overload* congestion unresponsive queue queued vorubergehend
        zeitweilig* temporaire* temporairement temporalmente temporal temporane* tijdelijk tempor* tymczasow* docasn*
        tillfallig* gecici временн* zeituberschreitung reset hops hop loop looping loops
    """,
    # A connection, which comes to nothing.
    "j": """
        connection connect connected connecting connections verbindung connexion conexion connessione verbinding conexao
        polaczeni* spojeni* соединени* network
    """,
    "r": "rate rates ratelimit* throttl* frequency frequently often quickly volume flood* burst excessive",
    "w": "many much muchos molti viele zu-viele слишком concurrent simultaneous",
    "t": "too zu trop demasiado troppo te muito zbyt prilis for-stor слишком",
    "X": "relay relaying relayed relais relai",
    "R": """
        rejected reject rejects rejecting refused refuse refuses denied deny denies declined abgelehnt verweigert
        zuruckgewiesen refuse* rejete* rechazad* rifiutat* respint* geweigerd rejeitad* recusad* odrzucon* odmitnut*
        avvisad* reddedil* отклон* отказ* отверг* nekad* abgewiesen
    """,
    "a": """
        accept accepts accepting accepted receive receives receiving receivable take taking akzeptiert annehmen nimmt
        empfangen empfangt accepte* recoit recevoir acepta* recibir accetta* riceve* accepteert ontvangen aceita* receber
        przyjmuje odbiera prijima accepterar kabul принима*
    """,
    "Z": """
        size sizes large larger big bigger bytes length gross grosse groe* taille grande grandes grosso groot tamanho
        tamano rozmiar velik* stor boyut размер* большо* oversize* oversized mb kb
    """,
    "C": """
        content file files filetype extension virus viruses malware infected infection trojan attachment attachments
        attached-file executable malformed mime unparseable syntactically headers 8bit anhang viren piece-jointe adjunto
        allegat* bijlage* anexo* zalacznik* bilag вирус* вложени* charset non-ascii smtputf8 bdat macro*
    """,
    # The machine behind it.
    "q": "access zugriff acces acceso accesso toegang acesso dostep доступ",
    "v": "service services",
    "k": "system local internal server local sistema systeme systeem serveur servidor",
    "z": "nxdomain",
    "1": "name names",
    "l": "long lang longue largo lungo",
    "o": "from you your von ihnen",
    "d": "dns nameserver nameservers resolver lookup lookups servfail soa",
    # To be delivered, and not to be.
    "Y": """
        deliver delivery delivered delivering deliveries zugestellt zustellung zustellen zustellbar ubermittelt
        ausgeliefert remis remise livre* distribu* delivre* entregad* entrega entregar entregue* consegnat* consegna
        recapitat* recapito inoltrat* afgeleverd bezorgd* aflevering bezorging doruczen* dostarcz* dostarczenie doreczen*
        doruc* dorucit levererad* leverans* leverera* levereres leveret teslim ulastir* доставл* доставк* доставить достав*
        kezbesit* toimit* sent send enviad* enviar gesendet versendet envoye* acheminer inviato inviare verzonden wyslan*
        odeslan* skickas отправлен* gonderil* uberstellt
    """,
    "y": """
        undeliverable undelivered nondeliverable nondelivery non-delivery unzustellbar* undeliverability indelivrable*
        inlivrable* unbestellbar niet-bestelbaar nedorucitel* nedorucen* niedorecz* niedostarcz* onbestelbaar* olevererbar*
        недостав* iletilemedi iletilemeyen gonderilemedi teslim-edilemedi mislukt mancata
    """,
    "K": """
        fail fails failed failure failures failing error errors problem problems trouble impossible unsuccessful aborted
        fatal fehler fehlgeschlagen fehlgeschlagene gescheitert fehlermeldung echec erreur echoue* fallo error fallid*
        fallito fallita errore impossibile mislukt* fout falha falhou erro problema nieudan* blad bledu chyba selhal*
        selhani fel misslyck* basarisiz hata hatasi ошибк* невозможн* неудач* sikertelen probleme permanent
    """,
    "G": """
        return returned returning bounce bounced bouncing zuruck zuruckgesandt retourne* retour devuelt* restituit*
        teruggestuurd devolvid* zwrocon* zwrot vracen* returnerad* geri iade возвращ*
    """,
    " ": """
        the a an is are was were be been being has-been this that these those of to in on at by for with and or its it your
        you we i as so but if der die das den dem des ist sind war wurde werden wird ein eine einer eines und oder fur mit
        von im zum zur auf an hat haben sie ihre ihrer diese dieser dieses le la les l un une est sont a ete etait du de
        des et ou pour avec vous votre cette ce cet dans au aux sur que qui el los las es esta fue ha sido un una y o para
        con su del al il lo gli e ed stato stata di da che con per suo het een en of voor met uw van op aan in is zijn o os
        as um uma foi e com seu sua do da dos das na sie jest zostal zostala byl byla sa je se jsem byt bola och att ar en
        ett som var kan det den till på av bu bir ve icin в на и с у по для был была было это sorry please unfortunately
        requested action taken mailbox-name http https www smtp esmtp remote error-code s t
    """,
}

_EAST: Mapping[str, str] = {
    "u": """
        收件人 收信人 收件者 用户 用戶 使用者 邮箱 郵箱 信箱 帐户 帐号 账户 账号 帳號 帳戶 邮件地址 地址 位址 宛先
        受信者 受取人 ユーザー ユーザ メールアドレス アドレス アカウント メールボックス 사용자 수신자 수신인 받는사람
        계정 메일함 편지함 메일박스 메일주소 주소 받는
    """,
    "h": "域名 主机 主機 网域 網域 ドメイン ホスト 도메인 호스트",
    "s": "发件人 發件人 寄件者 发信人 送信者 差出人 送信元 발신자 보낸사람 송신자",
    "m": "邮件 郵件 信件 来信 メール メッセージ 메일 편지 메시지",
    "N": """
        不存在 存在しません 存在しない 存在していません 見つかりません 見つかりませんでした 見つからない
        見つけることができません 找不到 未找到 无此 無此 没有此 没有该 查无 查無 不明です 不明 존재하지 없는 없습니다
        찾을 알수없는 登録されていません 未注册 未註冊
    """,
    "I": "无效 無效 无效的 无法识别 正しくない 正しくありません 잘못된 유효하지 错误的",
    "F": """
        已满 已滿 爆满 满了 容量不足 空间不足 空間不足 超出容量 容量已 いっぱい オーバー
        용량초과 용량이 가득 초과
    """,
    "Q": "容量 空间 空間 용량",
    "O": "超過 超過して 초과",
    "D": "停用 禁用 冻结 凍結 已注销 注销 已关闭 已删除 過期 無効 停止 解約 휴면 정지 해지 탈퇴 비활성 사용중지",
    "B": "垃圾邮件 垃圾郵件 迷惑メール スパム 스팸 黑名单 黑名單 ブラックリスト 拒收 블랙리스트",
    "b": "拦截 攔截 屏蔽 被阻止 封锁 ブロック 차단",
    "P": "策略 政策 ポリシー 規則 정책",
    "T": "暂时 暫時 一時的 稍后 稍後 再試行 超时 逾時 タイムアウト 일시적 延迟 遅延",
    "R": "拒绝 拒絕 拒否 거부 退けられ 被拒",
    "Z": "过大 過大 サイズ 大きさ 大小 크기",
    "C": "病毒 ウイルス ウィルス 바이러스 附件 添付",
    "Y": "投递 投遞 配信 配送 送信 送達 届け 送达 发送 發送 배달 전송 전달 발송",
    "y": """
        退信 退回 无法投递 無法投遞 投递失败 投遞失敗 未送达 无法送达 配信不能 配信できません 配信できませんでした
        配信されませんでした 送信できません 送信できませんでした 届けることができません お届けできません
        送達できません エラーメール 返送 반송 배달되지 전달되지 전송되지 전송실패 发送失败 發送失敗 未能送达
        送信エラー 配信エラー
    """,
    "K": "失败 失敗 错误 錯誤 エラー できません ません 실패 오류",
    "n": "不 没有 沒有 未 无 無",
}

# Letters of the Latin script without their marks, so that a stem is written once.
_BARE = {
    ord(mark): letter
    for letter, marks in {
        "a": "àáâãäåāăą",
        "c": "çćč",
        "d": "ďđ",
        "e": "èéêëēěęė",
        "g": "ğģ",
        "i": "ìíîïīıi̇"[:-1],
        "l": "ľłĺ",
        "n": "ñńňņ",
        "o": "òóôõöøōő",
        "r": "řŕ",
        "s": "śšşșß",
        "t": "ťţț",
        "u": "ùúûüūůűų",
        "y": "ýÿ",
        "z": "źżž",
        "е": "ё",
        "'": "’‘`´",
    }.items()
    for mark in marks
}


def _sorted_out() -> Iterator[tuple[str, str]]:
    for letter, words in _STEMS.items():
        for word in words.split():
            yield word.translate(_BARE), letter


_WHOLE: dict[str, str] = {}
_BEGINNINGS: dict[str, str] = {}
for _word, _letter in _sorted_out():
    (_BEGINNINGS if _word.endswith("*") else _WHOLE).setdefault(_word.rstrip("*"), _letter)
_SHORTEST, _LONGEST = min(map(len, _BEGINNINGS)), max(map(len, _BEGINNINGS))

_EASTERN = {word: letter for letter, words in _EAST.items() for word in words.split()}
_EASTERN_WORD = re.compile("|".join(sorted(map(re.escape, _EASTERN), key=len, reverse=True)))
# Where Hangul, Kana and Han begin, in which words are not set apart.
_FIRST_EASTERN = "\u1100"

UNTOLD = "."
END = "|"

# A word, an end of a sentence, or the place of an address that was cut out.
_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|@|\n\s*\n|[.!?。！？](?=[\s\n]|$)|[。！？]|[;:,]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST_WORD = 60


def letters(text: str) -> str:
    """Give *text* as letters: one for each word of some meaning, `.` for any other, `|` where a sentence ends."""
    bare = _CAMEL.sub(" ", text).lower().translate(_BARE)
    return "".join(map(_letter_of, _TOKEN.findall(bare)))


@lru_cache(maxsize=8192)
def _letter_of(token: str) -> str:
    first = token[0]
    if not first.isalpha():
        return "@" if first == "@" else "" if first in ";:," else END
    if first >= _FIRST_EASTERN:
        return _eastern(token)
    found = _stem(token)
    if found != UNTOLD or ("-" not in token and "'" not in token):
        return found.strip()
    return "".join(_stem(piece) for piece in re.split("[-']", token)).replace(" ", "")


def _stem(word: str) -> str:
    whole = _WHOLE.get(word)
    if whole is not None:
        return whole
    for length in range(min(len(word), _LONGEST), _SHORTEST - 1, -1):
        begun = _BEGINNINGS.get(word[:length])
        if begun is not None:
            return begun
    return UNTOLD


def _eastern(run: str) -> str:
    return "".join(_EASTERN[word] for word in _EASTERN_WORD.findall(run[:_LONGEST_WORD])) or UNTOLD

"""The words mail servers use when they refuse, in the languages they speak, by what they are about; pure.

Words are written without marks (`empfanger`), stems end in `*`. A language more is a few stems in each row.
"""

from collections.abc import Mapping

# Of scripts that set words apart. A word that stands in two rows belongs to the first.
WORDS: Mapping[str, str] = {
    # Says nothing, and is left out, so that patterns count only what matters.
    " ": """
        the a an is are was were be been being these those of in to on at by for with and or its it we i as so but if our my
        their der die das den dem des ist sind war wurde werden wird ein eine einer eines und oder fur mit im zum zur auf an
        hat haben sie ihre ihrer diese dieser dieses le la les l un une est sont ete etait du de et ou pour avec vous votre
        cette ce cet dans au aux sur qui aux lettres el los las es esta fue ha sido uno y o para con su del al il lo gli ed
        stato stata di da che per suo het een en voor met uw van op is zijn os um uma foi e com seu sua do da dos das na sie
        jest zostal zostala zostalo byl byla sa je se jsem byt bola och att ar ett som var kan det den bu bir ve icin в на и
        с у по для был была было это было это за sorry please unfortunately ma requested action taken http https www smtp
        esmtp remote s t kunne ble er on ei-saa a putut fi fost у що це є till av to επι το η ο του για στη
    """,
    # Who: the mailbox or its owner.
    "u": """
        user users username userid recipient* recip addressee* mailbox* maildrop account accounts alias aliases address
        addresses adress adresse* adresat* person inbox customer subscriber* member forward-path local-part localpart
        emailaddress mailaddress login individual employee empfanger* benutzer* postfach* konto kontos mailkonto mailadress*
        emailadress* zieladress* nutzer* destinataire* utilisateur* boite compte comptes destinatari* usuario* buzon cuenta
        cuentas casilla direccion utente utenza casella indirizzo account ontvanger* gebruiker* postbus postvak mailadres
        emailadres
        adres geadresseerde* usuari* caixa conta endereco* uzytkownik* skrzynk* odbiorc* adresu odberatel* prijemc* schrank*
        uzivatel* adresa adresy adresaci mottagar* anvandar* brevlad* inkorg* e-postadress* postadress* alici* kullanici*
        kutusu hesap hesabi adresi modtager* bruger* mottaker* bruker* postkasse* innboks* vastaanottaj* kayttaj*
        postilaatik* osoite* osoitet* sahkopostiosoit* destinatar* utilizator* casuta adresa cont contul cimzett*
        felhasznalo* postafiok* παραληπτ* χρηστη* γραμματοκιβωτι* διευθυνσ* λογαριασμ* пользовател* получател* адресат*
        адрес* ящик* аккаунт* абонент* учетн* логин* користувач* одержувач* скриньк* обліков* отримувач* المستخدم المستلم
        صندوق الحساب العنوان مستخدم عنوان حساب המשתמש הנמען תיבת משתמש נמען תיבה כתובת kunde kunden klant pouzivatel*
        mitarbeiter* mitarbeiterin medarbejder* medarbetar* medewerker* dipendente empleado* funcionari* salarie*
        collaborateur* сотрудник* pracownik* ansatt* personen posteingang bandeja
    """,
    # Who: the host or the domain.
    "h": """
        host hosts hostname domain domains domainname mx mxs rechner domane domain-name domaine domaines hote dominio
        dominios domeinnaam domein domena domeny domenu domenie doman domanen alan domene domeneen verkkotunnus* domeniu*
        domeniul tomeas τομεα* домен* хост* النطاق exchanger exchangers
    """,
    # Who: we, who send.
    "s": """
        sender* client mailfrom mail-from ip ips ipaddress originator return-path envelope-from helo ehlo reverse ptr rdns
        absender* expediteur* remitente mittente* afzender* remetente* nadawc* odesilatel* avsandar* avsender* gonderen*
        expeditor* felado* lahettaj* αποστολ* отправител* відправник* inverse inverso reverso
    """,
    "o": "from you your von ihnen tu votre suo vos ваш* вас",
    # What: the message.
    "m": """
        message messages letter body msg nachricht* mitteilung mensaje* messaggi* bericht* mensagem mensagens wiadomos*
        zprav* meddeland* melding* ileti* mesaj* viesti* uzenet* μηνυμα* сообщени* письм* писем лист листа повідомлен* رسالة
        رسالتك הודעה ההודעה thu dokument
    """,
    # Mail, which is a message, and half of what a mailbox is called in many languages.
    "M": """
        mail mails email emails e-mail e-mails courriel* courrier correo correos posta postale postal poste post e-posta
        eposta e-post messagerie correio electronic* elettronic* elektronisch* электронн* почт* poczt* elektron* posti*
        posten postala поштов* пошта electronica
    """,
    # A name that somebody or something has.
    "1": "name names namens nom nombre nome naam nazwa имя",
    # Does not exist, in one word.
    "N": """
        unknown unrecognised unrecognized nonexistent non-existent nonexistant inexistent* inexistant* inexistente* inesist*
        unbekannt* inconnu* desconocid* sconosciut* onbekend* desconhecid* nieznan* neznam* okand* ukendt ukjent bilinmeyen
        bilinmiyor bulunama* bulunmu* неизвест* несуществ* невідом* неіснуюч* ismeretlen usrunknown userunknown introuvable*
        nichtexist* neexist* unexist* tuntematon αγνωστ* necunoscut* unlisted
    """,
    "z": "nxdomain",
    # Wrong, in one word.
    "I": """
        invalid bad wrong illegal incorrect unrouteable unroutable misspelled mistyped ungultig* falsch* invalide* incorrecte
        invalido* invalida* incorrecto ongeldig* nieprawidlow* neplatn* ogiltig* ugyldig* gecersiz неверн* недействительн*
        некорректн* недійсн* unresolvable unassigned virheelli* ervenytelen nevalid* mismatched
    """,
    # Cannot be had: the word of RFC 5321 for "not found, no access, or policy".
    "i": "nonavailable indisponible indisponivel niedostepn* nedostupn* недоступ* unavai*",
    "e": """
        available verfugbar disponible disponibile beschikbaar disponivel dostepn* dostupn* доступ* tillganglig* deliverable
    """,
    # To be there; it takes a "not" to mean something.
    "E": """
        active activated enabled handled present verified aktiv aktiviert actif activo attivo ativo aktywn* активен exist
        exists existing existent
        existed found find finding known valid recognized recognised recognise recognize list lists listed registered have
        has match matching configured resolve resolved resolvable located locate identified logged provisioned defined hosted
        gibt existiert existieren vorhanden gefunden bekannt gultig ermittelt auffindbar aufgefuhrt eingetragen gelistet
        erkannt existe existent* existen trouve* reconnu* connu valable valide existir existia encontr* valido valida
        conocido hallado esiste esistono trovare trouver localiz* hitta najit vinden finden finde найти trovat* riconosciut*
        conosciut* esistente bestaat gevonden bekend geldig bestaande existem existia istnieje istnieja znaleziono znalezion*
        znany existuje nalezen* finns hittades hittas giltig mevcut kayitli существует существуют найден* обнаружен*
        зарегистрирован* існує існують знайден* letezik talalhato findes finnes fantes olemassa ole loydy* exista gasit*
        υπαρχει
        βρεθηκε موجود موجودة קיים קיימת נמצא נמצאה ton
    """,
    "n": """
        no not none non cannot can't cant couldn't doesn't don't didn't isn't wasn't won't aren't hasn't haven't never
        without nor neither unable nicht kein keine keinen keiner pas aucun aucune n ne jamais ningun ninguna ninguno niet
        geen nao nenhum nie nem brak ingen inte ej ikke ingen yok degil не нет нема немає nincs nem nebyl* neni nelze ei
        ole-ei eivat nu δεν لا غير لم לא אין khong dosn't doesnt dosnt dont isnt wasnt אינו אינה
    """,
    "c": """
        such takiego taki takiej такого такой такая такої такий takovy* boyle semejante tal telle sadan* sadant dergelijk*
        solche* ilyen tallaista ese essa quel
    """,
    # What is allotted to somebody.
    "U": "quota quotas kontingent speicherkontingent cota kvota kvoty kvote* kota квот*",
    "6": "nobody niemand niemanden nessuno nadie personne ninguem",
    # To have work at a place, which ends.
    "W": """
        employed employment works lavora travaille trabaja trabalha beschaftigt arbeitet werkzaam pracuje работает arbetar
        arbejder
    """,
    # To send, or of the sender: what follows tells.
    "S": "sending",
    # Not any longer.
    "L": "longer anymore mehr plus больше більше meer mais lenger langre enaa",
    "F": """
        full overfull overquota overflow* voll uberfullt uberlauf* plein pleine lleno llena pieno piena vol cheio cheia pelna
        pelny pelne przepelnion* pln* fullt dolu fuld taynna plina plin megtelt γεματ* πληρ* переполнен* заполнен*
        переповнен* заповнен* mailboxfull esgotad* quotaexceeded ممتلئ ممتلئة מלאה מלא preplnen*
    """,
    "Q": """
        storage space capacity diskspace speicherplatz espace espacio spazio ruimte espaco miejsca utrymme мест* объем*
        kapazitat stockage tarhely plass spatiu* kapasitet pojemnosc* armazenamento
    """,
    "O": """
        enough genugend* esaurit* over exceed exceeds exceeded exceeding limit limits limited insufficient insuff maximum
        maximal* atteint* used uberschritten uberschreitet erschopft limite depass* excedid* excede superad* superat* supera
        overschreden ultrapass* exced* przekroczon* prekrocen* overskrid* asildi asim* превыш* исчерпан* перевищ*
        niewystarczajac* unzureichend insuffisant* insuficient* insufficiente depasit* overskredet ylitt* exhausted
        overdrawn
    """,
    "5": "out",
    "3": "used reached verbraucht belegt usado utilizado usato gebruikt",
    # Closed for good, as far as a machine can say.
    "D": """
        disabled disable deactivated inactive inactivated suspended closed terminated discontinued deleted removed retired
        frozen locked cancelled canceled dormant abandoned decommissioned defunct obsolete deceased expunged deaktiviert
        gesperrt geloscht geschlossen stillgelegt inaktiv* desactive* ferme* suspendu* supprime* desactivad* deshabilitad*
        suspendid* eliminad* cerrad* inactiv* disabilitat* disattivat* sospes* chius* cancellat* uitgeschakeld gedeactiveerd
        opgeheven gesloten desativad* suspens* encerrad* excluid* wylaczon* zablokowan* nieaktywn* usuniet* zawieszon*
        deaktivovan* zrusen* zablokovan* avstangd* inaktiverad* borttagen devre kapali kapatil* pasif отключен* заблокирован*
        удален* закрыт* неактив* приостановлен* заблоковано видален* megszunt suljettu deaktivert slettet nedlagt dezactivat*
        inchis* left resigned graduated ausgeschieden slutat ophort sluttet fratradt quitte quittee demission* uwoln* уволил*
        уволен* send-only sendonly cancelad* badrcptto badrecipientto
    """,
    "x": "expired expire expires expiration abgelaufen scadut* verlopen caducad* wygas* vyprsel* истек*",
    "V": """
        moved changed relocated transferred umgezogen verzogen geandert demenage* trasferit* verhuisd mudou перемещ*
        переехал*
    """,
    # What names a block by itself.
    "B": """
        hvu rly spam spm spammer spammers spamming spammy antispam spamhaus spamcop spamassassin sorbs dnsbl dnsrbl dnswl rbl
        rbls sbl xbl pbl uribl surbl barracudacentral senderbase blacklist* blocklist* blackhole* blacklisted blocklisted
        denylist* reputation unsolicited unsolizited abusive complaint complaints black junk bulk phishing phish senderscore
        cloudmark trendmicro suspicious suspected spamfilter* greylist* graylist* compromised spoof* sperrliste pourriel*
        indesirable* indeseado* indesiderat* ongewenst* indesejad* спам* skrappost istenmeyen nevyzadan* niechcian* noire
        negra nera roskaposti* reklam* dyn rtr badmailfrom dialup dial-up blokkeerlijst черн*
    """,
    "b": """
        banned block blocked blocks blocking blokiert blockiert bloque bloques bloquead* bloccat* geblokkeerd blokad*
        blokovan* blockerad* blokkert engellen* block-list abuse abused listing verdachtig* unwanted
    """,
    "g": "filter filtered filters filtering filtro filtre filtern filtr",
    "p": "did",
    "q": "access zugriff acces acceso accesso toegang acesso dostep доступ",
    "P": """
        policy policies prohibited prohibition* restricted restriction* unauthorized unauthorised authorized authorised
        allowed permitted permission* forbidden disallowed richtlinie* verboten berechtig* politique* autoris* politica*
        permitid* autorizad* autorizzat* permess* beleid toegestaan zasad* polityk* politik* policie tillat* tillate* izin
        политик* запрещ* разреш* security acl rule rules whitelist* allowlist* firewall* adminprohibited geo impersonat*
        forged forgery
    """,
    # The records of authentication.
    "A": "spf spfv dkim dmarc domainkeys domainkey senderid arc unauthenticated unauthentifi* framework",
    "f": """
        authentication authenticated authenticate auth authentifi* authentifizier* autenticac* autenticaz* аутентифик*
    """,
    # Passing troubles.
    "T": """
        delay delayed delays maintenance wartung attempts versuche tentatives intentos tentativas tentativi temporary
        temporarily temporar*
        tempfail tempfailed transient later again retry retrying retried defer deferred deferral timed timeout timedout
        timeouts unreachable busy overload* congestion unresponsive queue queued vorubergehend zeitweilig* temporaire*
        temporairement temporalmente temporal temporane* tijdelijk tempor* tymczasow* docasn* tillfallig* gecici временн*
        тимчасов* zeituberschreitung reset delai hops hop loop looping loops erreichbar antwortet antwortete joignable
    """,
    # A connection, which comes to nothing.
    "j": """
        route routing connection connect connected connecting connections verbindung conexion conexao connessione verbinding
        polaczeni* spojeni* соединени* network netzwerk tls starttls ssl handshake
    """,
    "r": """
        rate rates ratelimit* throttl* frequency frequently often quickly volume flood* burst excessive daily hourly hour
        unusual unusually
    """,
    "w": "many much muchos molti viele zu-viele zuviele beaucoup слишком concurrent simultaneous",
    "t": "too zu trop demasiado troppo te muito zbyt prilis",
    "X": "rcpthosts relay relaying relayed relais relai",
    "R": """
        rejected reject rejects rejecting refused refuse refuses denied deny denies declined abgelehnt verweigert
        zuruckgewiesen abgewiesen rejete* rechazad* rifiutat* respint* geweigerd rejeitad* recusad* odrzucon* odmitnut*
        avvisad* avvist reddedil* отклон* отказ* отверг* відхилен* nekad*
    """,
    "a": """
        accept accepts accepting accepted receive receives receiving receivable take taking akzeptiert annehmen nimmt
        empfangen empfangt accepte* recoit recevoir acepta* recibir accetta* riceve* accepteert ontvangen aceita* receber
        przyjmuje odbiera prijima accepterar kabul принима* received angenommen entgegengenommen recibe ricevuti recus
    """,
    "Z": """
        size sizes large larger big bigger bytes length gros* taille grande grandes tamanho tamano rozmiar velik* velk* stor
        boyut размер* большо* dimensione dimension* grootte groot oversize* oversized mb kb koko meret volumineu*
        umfangreich*
    """,
    "l": "long lang longue largo lungo",
    "C": """
        content file files filetype extension virus viruses malware infected infection trojan attachment attachments
        executable malformed mime unparseable syntactically header headers 8bit anhang viren piece-jointe adjunto allegat*
        bijlage* anexo* zalacznik* bilag вирус* вложени* charset non-ascii smtputf8 bdat macro* html multipart octet-stream
        exe boundary lf bomb
    """,
    # The machine behind it.
    "k": "system local server sistema systeme systeem serveur servidor",
    "v": "service services dienst",
    # To answer, which a host does that is there.
    "4": "respond responds responding reply antwort antworten reagiert response repond rispond* responde отвечает",
    "d": "dns nameserver nameservers resolver lookup lookups servfail soa",
    # To be delivered, and not to be.
    "Y": """
        reach deliver delivery delivered delivering deliveries zugestellt zustellung zustellen zustellbar ubermittelt
        ausgeliefert remis remise livre* distribu* delivre* entregad* entrega entregar entregue* consegnat* consegna
        recapitat* recapito inoltrat* afgeleverd bezorgd* aflevering bezorging doruczen* dostarcz* doreczen* doruc*
        levererad* leverans* leverera* leveres levert teslim ulastir* доставл* доставк* достав* kezbesit* toimit* sent send
        enviad* enviar gesendet versendet envoye* acheminer inviato inviare verzonden wyslan* odeslan* skickas отправлен*
        надіслан* gonderil* livrat* παραδοθηκε παραδο* تسليم נמסרה נמסר gui duoc uberstellt
    """,
    "y": """
        undeliverable undelivered nondeliverable nondelivery non-delivery unzustellbar* undeliverability indelivrable*
        inlivrable* unbestellbar nedorucitel* nedorucen* niedorecz* niedostarcz* onbestelbaar* olevererbar* недостав*
        iletilemedi iletilemeyen gonderilemedi edilemedi mislukt mancata تعذر
    """,
    "K": """
        fail fails failed failure failures failing error errors problem problems trouble impossible unsuccessful aborted
        fatal lost fehler fehlgeschlagen fehlgeschlagene gescheitert fehlermeldung echec erreur echoue* fallo fallid* fallito
        fallita errore impossibile fout falha falhou erro problema nieudan* blad bledu chyba selhal* selhani fel misslyck*
        mislyk* basarisiz hata hatasi ошибк* невозможн* неудач* помилк* неможлив* sikertelen probleme epaonnist* αποτυχ*
        esuat* loi senderr dropped
    """,
    "G": """
        return returned returning bounce bounced bouncing zuruck zuruckgesandt zuruckgeschickt retourne* retour devuelt*
        restituit* teruggestuurd devolvid* zwrocon* zwrot vracen* returnerad* geri iade возвращ* повернен*
    """,
}

# Of scripts that do not; the longest that fits is taken.
RUNS: Mapping[str, str] = {
    "u": """
        收件人 收信人 收件者 用户 用戶 使用者 邮箱 郵箱 信箱 帐户 帐号 账户 账号 帳號 帳戶 邮件地址 地址 位址 宛先 受信者
        受取人 ユーザー ユーザ メールアドレス アドレス アカウント メールボックス 사용자 수신자 수신인 계정 메일함 편지함
        메일박스 메일주소 주소 받는 กล่องจดหมาย ผู้รับ ผู้ใช้ บัญชี ที่อยู่
    """,
    "h": "域名 主机 主機 网域 網域 ドメイン ホスト 도메인 호스트 โดเมน",
    "s": "发件人 發件人 寄件者 发信人 送信者 差出人 送信元 발신자 보낸 송신자 ผู้ส่ง",
    "m": "信件 来信 メッセージ 편지 메시지 ข้อความ",
    "M": "邮件 郵件 メール 메일 อีเมล",
    "N": """
        不存在 存在しません 存在しない 存在していません 存在せず 見つかりません 見つかりませんでした 見つからない
        見つけることができません 找不到 未找到 无此 無此 没有此 没有该 查无 查無 不明です 不明 존재하지 없는 없습니다 찾을
        いません 登録されていません 未注册 未註冊 ไม่มี ไม่พบ
    """,
    "I": "잘못 無効な 間違って 間違い 无效 無效 无法识别 正しくない 正しくありません 잘못된 유효하지 错误的",
    "F": "已满 已滿 爆满 满了 いっぱい 一杯 満杯 オーバー 가득 เต็ม 꽉",
    "Q": "容量 空间 空間 容積 용량 พื้นที่",
    "O": "超過 超过 超出 超え 不足 초과 เกิน",
    "D": """
        停用 禁用 冻结 凍結 已注销 注销 已关闭 已删除 过期 無効 停止 解約 휴면 정지 해지 탈퇴 비활성 退職 離職 离职 퇴사 퇴직
    """,
    "B": "垃圾邮件 垃圾郵件 迷惑メール スパム 스팸 黑名单 黑名單 ブラックリスト 拒收 블랙리스트 สแปม",
    "b": "拦截 攔截 屏蔽 被阻止 封锁 ブロック 차단",
    "g": "过滤 過濾 フィルタ 필터",
    "P": "策略 政策 ポリシー 規則 정책",
    "T": "暂时 暫時 一時的 稍后 稍後 再試行 超时 逾時 タイムアウト 일시적 延迟 遅延 断念",
    "j": "連接 连接 接続 연결",
    "R": "拒绝 拒絕 拒否 거부 退けられ 被拒",
    "Z": "过大 過大 サイズ 大きさ 大小 크기",
    "C": "病毒 ウイルス ウィルス 바이러스 附件 添付",
    "Y": "投递 投遞 配信 配送 送信 送達 届け 送达 发送 發送 배달 전송 전달 발송 ส่ง",
    "y": """
        退信 退回 无法投递 無法投遞 投递失败 投遞失敗 未送达 无法送达 配信不能 配信できません 配信できませんでした
        配信されませんでした 送信できません 送信できませんでした 届けることができません お届けできません
        お届けできませんでした 送達できません エラーメール 返送 반송 배달되지 전달되지 전송되지 发送失败 發送失敗 未能送达
        送信エラー 配信エラー ไม่สามารถส่ง
    """,
    "K": "失败 失敗 错误 錯誤 エラー できません ません できない 실패 오류",
    "n": "不 没有 沒有 未 无 無",
}
